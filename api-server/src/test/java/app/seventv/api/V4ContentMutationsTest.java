package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Changes of emotes, sets and tickets by the new API (api-v4.md §11.2, §11.3, §11.6). */
class V4ContentMutationsTest extends SharedWorld {
  private static final String NAME = emote("$v: String!", "name(name: $v) { defaultName }");
  private static final String FLAGS =
      emote("$v: EmoteFlagsInput!", "flags(flags: $v) { flags { publicListed nsfw private } }");
  private static final String OWNER = emote("$v: Id!", "owner(ownerId: $v) { ownerId }");
  private static final String TAGS = emote("$v: [String!]!", "tags(tags: $v) { tags }");
  private static final String MERGE = emote("$v: Id!", "merge(targetId: $v) { id deleted }");
  private static final String DELETE =
      "mutation($e: Id!) { emotes { emote(id: $e) { delete { deleted } } } }";
  private static final String BATCH =
      "mutation($e: [Id!]!, $t: [String!]!) { emotes { emotes(ids: $e) { tags(tags: $t) { id tags }"
          + " } } }";
  private static final String CREATE_SET =
      "mutation($n: String!, $t: [String!]!, $o: Id) { emoteSets { create(name: $n, tags: $t,"
          + " ownerId: $o) { id name tags } } }";
  private static final String SET_NAME = set("$v: String!", "name(name: $v) { name }");
  private static final String SET_TAGS = set("$v: [String!]!", "tags(tags: $v) { tags }");
  private static final String SET_CAPACITY = set("$v: Int!", "capacity(capacity: $v) { capacity }");
  private static final String SET_DELETE =
      "mutation($s: Id!) { emoteSets { emoteSet(id: $s) { delete } } }";
  private static final String ADD = set("$v: Id!", "addEmote(id: {emoteId: $v}) { id }");
  private static final String REMOVE = set("$v: Id!", "removeEmote(id: {emoteId: $v}) { id }");
  private static final String ALIAS =
      "mutation($s: Id!, $v: Id!, $a: String!) { emoteSets { emoteSet(id: $s) { updateEmoteAlias("
          + "id: {emoteId: $v}, alias: $a) { alias } } } }";
  private static final String ENTRY_FLAGS =
      set(
          "$v: Id!",
          "updateEmoteFlags(id: {emoteId: $v}, flags: {zeroWidth: true, overrideConflicts: false})"
              + " { flags { zeroWidth } }");
  private static final String TICKET =
      "mutation($k: TicketTargetType!, $i: Id!, $t: String!, $c: String) { tickets {"
          + " createAbuseTicket(target: {kind: $k, id: $i}, title: $t, content: $c) { id kind"
          + " priority open title targets { kind id } members { userId kind lastRead } } } }";

  private static String emote(String variable, String field) {
    return "mutation($e: Id!, " + variable + ") { emotes { emote(id: $e) { " + field + " } } }";
  }

  private static String set(String variable, String field) {
    return "mutation($s: Id!, "
        + variable
        + ") { emoteSets { emoteSet(id: $s) { "
        + field
        + " } } }";
  }

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private static final String STRANGER = "403 LACKING_PRIVILEGES";
  private static final String GONE = "404 LOAD_ERROR";

  @Test
  @Covers(
      value = "EmoteOperation.name",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteOperation.tags",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteOperation.delete",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void ownersEditAndDelete() throws Exception {
    Id emote = world.emote(DevUser.STREAMER, "first").id();
    world.refused4(STRANGER, world.viewer, NAME, "e", emote, "v", "second");
    world.refused4("401 LOGIN_REQUIRED", null, NAME, "e", emote, "v", "second");
    world.invalid4(world.streamer, NAME, "e", emote, "v", "two words");
    world.ok4(world.streamer, NAME, "e", emote, "v", "second");
    assertThat(world.nextEvents()).containsExactly("emote.change_name");
    world.ok4(world.streamer, NAME, "e", emote, "v", "second"); // unchanged: no event

    world.refused4(STRANGER, world.viewer, TAGS, "e", emote, "v", List.of("wave"));
    world.invalid4(world.streamer, TAGS, "e", emote, "v", List.of("x"));
    world.ok4(world.streamer, TAGS, "e", emote, "v", List.of("wave"));
    assertThat(world.nextEvents()).containsExactly("emote.change_tags");

    world.refused4(STRANGER, world.viewer, DELETE, "e", emote);
    world.invalid4(world.streamer, DELETE, "e", "nonsense");
    assertThat(world.ok4(world.streamer, DELETE, "e", emote).toString()).contains("true");
    assertThat(world.nextEvents()).containsExactly("emote.delete");
    world.refused4(GONE, world.streamer, DELETE, "e", emote);
    world.refused4(GONE, world.streamer, NAME, "e", emote, "v", "third");
    world.refused4(GONE, world.streamer, TAGS, "e", emote, "v", List.of());
  }

  @Test
  @Covers(
      value = "EmoteOperation.flags",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteOperation.owner",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteOperation.merge",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void managersListGiveAwayAndMerge() throws Exception {
    Id emote = world.emote(DevUser.STREAMER, "managed").id();
    Map<String, Object> listed = Map.of("publicListed", true, "nsfw", true);
    world.refused4(STRANGER, world.streamer, FLAGS, "e", emote, "v", listed);
    world.ok4(world.streamer, FLAGS, "e", emote, "v", Map.of("private", true));
    assertThat(world.nextEvents()).containsExactly("emote.change_flags");
    world.ok4(world.admin, FLAGS, "e", emote, "v", listed);
    assertThat(world.emote(emote).flags())
        .isEqualTo(Emote.FLAG_PUBLIC_LISTED | Emote.FLAG_NSFW | Emote.FLAG_PRIVATE);
    world.invalid4(world.admin, FLAGS, "e", "nonsense", "v", listed);

    Id viewer = world.idOf(DevUser.VIEWER);
    world.refused4(STRANGER, world.streamer, OWNER, "e", emote, "v", viewer);
    world.refused4(GONE, world.admin, OWNER, "e", emote, "v", world.newId());
    world.invalid4(world.admin, OWNER, "e", emote, "v", "nonsense");
    world.ok4(world.admin, OWNER, "e", emote, "v", viewer);
    assertThat(world.emote(emote).ownerId()).isEqualTo(viewer);

    Id target = world.emote(DevUser.STREAMER, "target").id();
    world.refused4(STRANGER, world.streamer, MERGE, "e", emote, "v", target);
    world.refused4("400 BAD_REQUEST", world.admin, MERGE, "e", emote, "v", emote);
    world.invalid4(world.admin, MERGE, "e", emote, "v", "nonsense");
    world.forgetEvents();
    world.ok4(world.admin, MERGE, "e", emote, "v", target);
    assertThat(world.nextEvents()).containsExactly("emote.merge");
    world.refused4(GONE, world.admin, MERGE, "e", emote, "v", target);
    world.refused4(GONE, world.admin, FLAGS, "e", emote, "v", listed);
    world.refused4(GONE, world.admin, OWNER, "e", emote, "v", viewer);
  }

  @Test
  void severalEmotesAreChangedAtOnceWhereEachMayBe() throws Exception {
    Id one = world.emote(DevUser.STREAMER, "one").id();
    Id two = world.emote(DevUser.STREAMER, "two").id();
    Id foreign = world.emote(DevUser.VIEWER, "foreign").id();
    List<String> tags = List.of("wave");
    List<String> own = List.of(one.toString(), two.toString());
    JsonNode changed = world.ok4(world.streamer, BATCH, "e", own, "t", tags);
    assertThat(changed.at("/emotes/emotes/tags").size()).isEqualTo(2);
    List<String> mixed = List.of(foreign.toString());
    world.refused4(STRANGER, world.streamer, BATCH, "e", mixed, "t", tags);
    world.invalid4(world.streamer, BATCH, "e", List.of(), "t", tags);
    assertThat(world.emote(foreign).tags()).isEmpty();
  }

  @Test
  @Covers(
      value = "EmoteSetMutation.create",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.name",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.tags",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.capacity",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.delete",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void setsAreMadeEditedAndDeleted() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    List<String> tags = List.of("fun");
    world.refused4(STRANGER, world.viewer, CREATE_SET, "n", "Mine", "t", tags, "o", streamer);
    world.refused4(
        "404 LOAD_ERROR", world.admin, CREATE_SET, "n", "Mine", "t", tags, "o", world.newId());
    JsonNode bad = world.api.v4(world.streamer, CREATE_SET, Map.of("n", "tab\there", "t", tags));
    assertThat(bad.has("errors")).isTrue();
    String id =
        world
            .ok4(world.streamer, CREATE_SET, "n", "Mine", "t", tags)
            .at("/emoteSets/create/id")
            .asString();
    assertThat(world.nextEvents()).containsExactly("emote_set.create");

    world.refused4(STRANGER, world.viewer, SET_NAME, "s", id, "v", "Yours");
    world.invalid4(world.streamer, SET_NAME, "s", id, "v", "tab\there");
    world.ok4(world.streamer, SET_NAME, "s", id, "v", "Ours");
    assertThat(world.nextEvents()).containsExactly("emote_set.change_name");
    world.refused4(STRANGER, world.viewer, SET_TAGS, "s", id, "v", List.of("other"));
    world.invalid4(world.streamer, SET_TAGS, "s", id, "v", List.of("x"));
    world.ok4(world.streamer, SET_TAGS, "s", id, "v", List.of("other"));
    assertThat(world.nextEvents()).containsExactly("emote_set.change_tags");
    world.refused4(STRANGER, world.viewer, SET_CAPACITY, "s", id, "v", 5);
    world.invalid4(world.streamer, SET_CAPACITY, "s", id, "v", 0);
    world.ok4(world.streamer, SET_CAPACITY, "s", id, "v", 5);
    assertThat(world.nextEvents()).containsExactly("emote_set.change_capacity");
    world.ok4(world.streamer, SET_CAPACITY, "s", id, "v", 5); // unchanged: no event
    world.refused4("400 LACKING_PRIVILEGES", world.streamer, SET_CAPACITY, "s", id, "v", 1_000_000);

    world.refused4(STRANGER, world.viewer, SET_DELETE, "s", id);
    world.invalid4(world.streamer, SET_DELETE, "s", "nonsense");
    EmoteSet personal = world.set(DevUser.ADMIN, EmoteSet.Kind.PERSONAL);
    world.refused4("400 LACKING_PRIVILEGES", world.admin, SET_DELETE, "s", personal.id());
    world.ok4(world.streamer, SET_DELETE, "s", id);
    assertThat(world.nextEvents()).containsExactly("emote_set.delete");
    for (String gone : new String[] {SET_DELETE, SET_NAME, SET_TAGS}) {
      Object value = gone.equals(SET_TAGS) ? List.of() : "Gone";
      world.refused4(GONE, world.streamer, gone, "s", id, "v", value);
    }
  }

  @Test
  @Covers(
      value = "EmoteSetOperation.addEmote",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.removeEmote",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.updateEmoteAlias",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "EmoteSetOperation.updateEmoteFlags",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void entriesAreAddedChangedAndRemoved() throws Exception {
    Id set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL).id();
    Id emote = world.emote(DevUser.STREAMER, "entry", Emote.FLAG_PUBLIC_LISTED).id();
    Id twin = world.emote(DevUser.STREAMER, "entry", Emote.FLAG_PUBLIC_LISTED).id();
    world.refused4(STRANGER, world.viewer, ADD, "s", set, "v", emote);
    world.invalid4(world.streamer, ADD, "s", set, "v", "nonsense");
    world.ok4(world.streamer, ADD, "s", set, "v", emote);
    assertThat(world.nextEvents()).containsExactly("emote_set.add_emote");
    world.refused4("409 BAD_REQUEST", world.streamer, ADD, "s", set, "v", twin);

    world.refused4(STRANGER, world.viewer, ALIAS, "s", set, "v", emote, "a", "other");
    world.ok4(world.streamer, ALIAS, "s", set, "v", emote, "a", "other");
    assertThat(world.nextEvents()).containsExactly("emote_set.rename_emote");
    world.refused4("409 BAD_REQUEST", world.streamer, ALIAS, "s", set, "v", emote, "a", "other");

    world.refused4(STRANGER, world.viewer, ENTRY_FLAGS, "s", set, "v", emote);
    world.invalid4(world.streamer, ENTRY_FLAGS, "s", set, "v", "nonsense");
    assertThat(world.ok4(world.streamer, ENTRY_FLAGS, "s", set, "v", emote).toString())
        .contains("\"zeroWidth\":true");

    world.refused4(STRANGER, world.viewer, REMOVE, "s", set, "v", emote);
    world.invalid4(world.streamer, REMOVE, "s", set, "v", "nonsense");
    world.ok4(world.streamer, REMOVE, "s", set, "v", emote);
    assertThat(world.nextEvents()).containsExactly("emote_set.remove_emote");
    world.refused4("404 BAD_REQUEST", world.streamer, REMOVE, "s", set, "v", emote);
    world.refused4("404 BAD_REQUEST", world.streamer, ENTRY_FLAGS, "s", set, "v", emote);
  }

  @Test
  void badAliasesAreRefusedBeforeTheyAreCounted() throws Exception {
    Id set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL).id();
    Id emote = world.emote(DevUser.STREAMER, "counted").id();
    String invalid = "Failed to parse \"String\": invalid emote alias";
    String within = " (occurred while parsing \"EmoteSetEmoteId\")";
    String bad = "(id: {emoteId: $v, alias: \"a b\"}";
    String flags = ", flags: {zeroWidth: true, overrideConflicts: false}) { id }";
    assertThat(refusal("addEmote" + bad + ") { id }", set, emote)).isEqualTo(invalid + within);
    assertThat(refusal("removeEmote" + bad + ") { id }", set, emote)).isEqualTo(invalid + within);
    assertThat(refusal("updateEmoteFlags" + bad + flags, set, emote)).isEqualTo(invalid + within);
    assertThat(refusal("updateEmoteAlias" + bad + ", alias: \"c\") { id }", set, emote))
        .isEqualTo(invalid + within);
    assertThat(refusal("updateEmoteAlias(id: {emoteId: $v}, alias: \"a b\") { id }", set, emote))
        .isEqualTo(invalid);
    assertThat(refusal("addEmote(id: {emoteId: $v}) { id }", set, "x"))
        .isEqualTo("Failed to parse \"Id\": invalid id length: 1" + within);
  }

  /** The message of an argument's error; such a request takes no ticket of the set's limit. */
  private String refusal(String field, Id set, Object emote) throws Exception {
    HttpResponse<String> response =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v4/gql"))
                .header("authorization", "Bearer " + world.streamer)
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        TestApi.JSON.writeValueAsString(
                            Map.of(
                                "query",
                                set("$v: Id!", field),
                                "variables",
                                Map.of("s", set.toString(), "v", emote.toString()))))));
    assertThat(response.headers().map().keySet())
        .noneMatch(name -> name.contains("emote_set_change"))
        .anyMatch(name -> name.contains("global"));
    JsonNode error = TestApi.JSON.readTree(response.body()).at("/errors/0");
    assertThat(error.has("extensions")).as(error.toString()).isFalse();
    return error.path("message").asString();
  }

  /** The old API renames them (api-v3.md §15.13); this one does not (§11.3). */
  @Test
  void entriesOfMergedEmotesAreRemovedButNotChanged() throws Exception {
    Id set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL).id();
    Id old = world.emote(DevUser.STREAMER, "old").id();
    Id target = world.emote(DevUser.STREAMER, "target").id();
    world.ok4(world.streamer, ADD, "s", set, "v", old);
    world.ok4(world.admin, MERGE, "e", old, "v", target);
    for (Id each : List.of(old, target)) {
      world.refused4("404 BAD_REQUEST", world.streamer, ALIAS, "s", set, "v", each, "a", "two");
      world.refused4("404 BAD_REQUEST", world.streamer, ENTRY_FLAGS, "s", set, "v", each);
    }
    world.ok4(world.streamer, REMOVE, "s", set, "v", old);
    assertThat(world.set(set).emotes()).isEmpty();
  }

  @Test
  @Covers(
      value = "TicketMutation.createAbuseTicket",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  void anythingCanBeReported() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    JsonNode ticket =
        world
            .ok4(world.viewer, TICKET, "k", "USER", "i", streamer, "t", "Rude", "c", "Very.")
            .at("/tickets/createAbuseTicket");
    assertThat(ticket.path("kind").asString()).isEqualTo("ABUSE");
    assertThat(ticket.path("priority").asString()).isEqualTo("MEDIUM");
    assertThat(ticket.at("/targets/0/kind").asString()).isEqualTo("USER");
    assertThat(ticket.at("/members/0/lastRead").isNull()).isFalse();
    assertThat(world.nextEvents()).containsExactly("ticket.create");
    world.ok4(world.viewer, TICKET, "k", "USER", "i", streamer, "t", "Rude", "c", null);
    assertThat(world.collection(CollectionNames.TICKET_MESSAGES).countDocuments()).isEqualTo(1);

    world.refused4("401 LOGIN_REQUIRED", null, TICKET, "k", "USER", "i", streamer, "t", "x");
    world.refused4(GONE, world.viewer, TICKET, "k", "EMOTE_SET", "i", streamer, "t", "x");
    world.invalid4(world.viewer, TICKET, "k", "USER", "i", streamer, "t", "");
    world.invalid4(
        world.viewer, TICKET, "k", "USER", "i", streamer, "t", "x", "c", "y".repeat(1001));
    Id role = world.role().id();
    world
        .collection(CollectionNames.ROLES)
        .updateOne(
            Filters.eq("_id", role.toBson()),
            Updates.set("permissions.ticket.deny", (long) Permission.TICKET_CREATE.bit()));
    world.entitle(DevUser.EDITOR, EntitlementNode.role(role));
    world.refused4(STRANGER, world.editor, TICKET, "k", "USER", "i", streamer, "t", "x");
  }
}
