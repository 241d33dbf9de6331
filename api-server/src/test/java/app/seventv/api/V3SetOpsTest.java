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
import app.seventv.model.Id;
import app.seventv.model.Permission;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Emote sets of the old GraphQL API (api-v3.md §11.5). */
class V3SetOpsTest extends SharedWorld {
  private static final String CREATE =
      "mutation($u: ObjectID!, $d: CreateEmoteSetInput!) { createEmoteSet(user_id: $u, data: $d) {"
          + " id name capacity owner_id } }";
  private static final String EMOTES =
      "mutation($s: ObjectID!, $e: ObjectID!, $a: ListItemAction!, $n: String) { emoteSet(id: $s) {"
          + " emotes(id: $e, action: $a, name: $n) { id name } } }";
  private static final String UPDATE =
      "mutation($s: ObjectID!, $d: UpdateEmoteSetInput!) { emoteSet(id: $s) { update(data: $d) {"
          + " name capacity } } }";
  private static final String DELETE = "mutation($s: ObjectID!) { emoteSet(id: $s) { delete } }";

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private EmoteSet mine() {
    return world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
  }

  private JsonNode change(EmoteSet set, Id emote, String action, @Nullable String name)
      throws Exception {
    return world
        .ok(world.streamer, EMOTES, "s", set.id(), "e", emote, "a", action, "n", name)
        .at("/emoteSet/emotes");
  }

  @Test
  @Covers(value = "Mutation.createEmoteSet", outcomes = SUCCESS)
  void aSetIsCreated() throws Exception {
    Id owner = world.idOf(DevUser.STREAMER);
    JsonNode set =
        world
            .ok(world.streamer, CREATE, "u", owner, "d", Map.of("name", "My set 1"))
            .path("createEmoteSet");
    assertThat(set.path("capacity").asInt()).isEqualTo(1000);
    assertThat(set.path("owner_id").asString()).isEqualTo(owner.toString());
    assertThat(world.nextEvents()).containsExactly("emote_set.create");
  }

  @Test
  @Covers(
      value = "Mutation.createEmoteSet",
      outcomes = {PERMISSION, BAD_INPUT, CONFLICT})
  void creationHasItsLimits() throws Exception {
    Id owner = world.idOf(DevUser.STREAMER);
    Map<String, Object> data = Map.of("name", "Foreign");
    world.refused("401 LOGIN_REQUIRED", null, CREATE, "u", owner, "d", data);
    world.refused("403 LACKING_PRIVILEGES", world.viewer, CREATE, "u", owner, "d", data);
    world.refused("404 LOAD_ERROR", world.viewer, CREATE, "u", world.newId(), "d", data);
    world.refused(
        "501 BAD_REQUEST",
        world.streamer,
        CREATE,
        "u",
        owner,
        "d",
        Map.of("name", "x", "privileged", true));
    world.invalid(world.streamer, CREATE, "u", owner, "d", Map.of("name", ""));
    Id editor = world.idOf(DevUser.EDITOR);
    for (int i = 0; i < 10; i++) {
      world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL);
    }
    world.refused("400 LACKING_PRIVILEGES", world.editor, CREATE, "u", editor, "d", data);
  }

  @Test
  @Covers(value = "EmoteSetOps.emotes", outcomes = SUCCESS)
  void emotesAreAddedRenamedAndRemoved() throws Exception {
    EmoteSet set = mine();
    Emote emote = world.emote(DevUser.VIEWER, "ownName");
    assertThat(change(set, emote.id(), "ADD", "alias").at("/0/name").asString()).isEqualTo("alias");
    assertThat(change(set, emote.id(), "UPDATE", null).at("/0/name").asString())
        .isEqualTo("ownName");
    assertThat(change(set, emote.id(), "REMOVE", null).isEmpty()).isTrue();
    assertThat(world.nextEvents()).containsExactly("emote_set.add_emote");
    assertThat(world.nextEvents()).containsExactly("emote_set.rename_emote");
    assertThat(world.nextEvents()).containsExactly("emote_set.remove_emote");
    assertThat(world.set(set.id()).emotesChangedSinceReindex()).isTrue();
  }

  @Test
  @Covers(value = "EmoteSetOps.emotes", outcomes = CONFLICT)
  void namesConflictAlsoWithThemselves() throws Exception {
    EmoteSet set = mine();
    Emote one = world.emote(DevUser.VIEWER, "one");
    Emote two = world.emote(DevUser.VIEWER, "two");
    change(set, one.id(), "ADD", "same");
    world.refused(
        "409 BAD_REQUEST",
        world.streamer,
        EMOTES,
        "s",
        set.id(),
        "e",
        two.id(),
        "a",
        "ADD",
        "n",
        "same");
    world.refused(
        "409 BAD_REQUEST",
        world.streamer,
        EMOTES,
        "s",
        set.id(),
        "e",
        one.id(),
        "a",
        "UPDATE",
        "n",
        "same");
    world.collection(CollectionNames.EMOTES).deleteOne(one.toBson());
    assertThat(change(set, two.id(), "ADD", "same").size()).isEqualTo(1);
  }

  @Test
  @Covers(
      value = "EmoteSetOps.emotes",
      outcomes = {PERMISSION, BAD_INPUT})
  void onlyTheRightPeopleWithTheRightEmotes() throws Exception {
    EmoteSet set = mine();
    Emote emote = world.emote(DevUser.VIEWER, "any");
    Emote secret = world.emote(DevUser.VIEWER, "secret", Emote.FLAG_PRIVATE);
    Object[] add = {"s", set.id(), "e", emote.id(), "a", "ADD"};
    world.refused("403 LACKING_PRIVILEGES", world.viewer, EMOTES, add);
    world.refused("401 LOGIN_REQUIRED", null, EMOTES, add);
    Object[] hidden = {"s", set.id(), "e", secret.id(), "a", "ADD"};
    world.refused("400 BAD_REQUEST", world.streamer, EMOTES, hidden);
    Object[] missing = {"s", set.id(), "e", world.newId(), "a", "ADD"};
    world.refused("404 BAD_REQUEST", world.streamer, EMOTES, missing);
    Object[] absent = {"s", set.id(), "e", emote.id(), "a", "REMOVE"};
    world.refused("404 BAD_REQUEST", world.streamer, EMOTES, absent);
    Object[] badName = {"s", set.id(), "e", emote.id(), "a", "ADD", "n", "a b"};
    world.invalid(world.streamer, EMOTES, badName);
  }

  @Test
  @Covers(value = "EmoteSetOps.emotes", outcomes = CONFLICT)
  void aFullSetTakesNoMore() throws Exception {
    EmoteSet set = mine();
    for (int i = 0; i < 10; i++) {
      change(set, world.emote(DevUser.VIEWER, "full" + i).id(), "ADD", null);
    }
    Emote extra = world.emote(DevUser.VIEWER, "extra");
    world.refused(
        "400 LOAD_ERROR", world.streamer, EMOTES, "s", set.id(), "e", extra.id(), "a", "ADD");
    assertThat(world.set(set.id()).emotes()).hasSize(10);
  }

  @Test
  @Covers(value = "EmoteSetOps.update", outcomes = SUCCESS)
  void setsAreRenamedAndResized() throws Exception {
    EmoteSet set = mine();
    JsonNode after =
        world
            .ok(
                world.streamer,
                UPDATE,
                "s",
                set.id(),
                "d",
                Map.of("name", "New name", "capacity", 20))
            .at("/emoteSet/update");
    assertThat(after.path("name").asString()).isEqualTo("New name");
    assertThat(after.path("capacity").asInt()).isEqualTo(20);
    assertThat(world.nextEvents())
        .containsExactly("emote_set.change_name", "emote_set.change_capacity");
  }

  @Test
  @Covers(
      value = "EmoteSetOps.update",
      outcomes = {PERMISSION, BAD_INPUT, CONFLICT})
  void updatesHaveTheirLimits() throws Exception {
    EmoteSet set = mine();
    change(set, world.emote(DevUser.VIEWER, "u1").id(), "ADD", null);
    change(set, world.emote(DevUser.VIEWER, "u2").id(), "ADD", null);
    Map<String, Object> name = Map.of("name", "Taken over");
    world.refused("403 LACKING_PRIVILEGES", world.viewer, UPDATE, "s", set.id(), "d", name);
    world.refused(
        "400 BAD_REQUEST", world.streamer, UPDATE, "s", set.id(), "d", Map.of("capacity", 1));
    world.refused(
        "400 LACKING_PRIVILEGES",
        world.streamer,
        UPDATE,
        "s",
        set.id(),
        "d",
        Map.of("capacity", 1001));
    world.refused(
        "501 BAD_REQUEST",
        world.streamer,
        UPDATE,
        "s",
        set.id(),
        "d",
        Map.of("origins", List.of()));
    world.invalid(world.streamer, UPDATE, "s", set.id(), "d", Map.of("capacity", 0));
    world.invalid(world.streamer, UPDATE, "s", set.id(), "d", Map.of("name", "a\nb"));
    EmoteSet global = world.set(null, EmoteSet.Kind.GLOBAL);
    world.refused("403 LACKING_PRIVILEGES", world.streamer, UPDATE, "s", global.id(), "d", name);
    try (World.Grant _ = world.grant(DevUser.VIEWER, Permission.EMOTE_SET_MANAGE_GLOBAL)) {
      world.ok(world.viewer, UPDATE, "s", global.id(), "d", name);
    }
  }

  @Test
  @Covers(
      value = "EmoteSetOps.delete",
      outcomes = {SUCCESS, CONFLICT})
  void aDeletedSetLeavesNoChannelBehind() throws Exception {
    EmoteSet set = mine();
    world.setUser(DevUser.VIEWER, "style.active_emote_set_id", set.id().toBson());
    assertThat(world.ok(world.streamer, DELETE, "s", set.id()).at("/emoteSet/delete").asBoolean())
        .isTrue();
    assertThat(world.user(DevUser.VIEWER).style().activeEmoteSetId()).isNull();
    assertThat(world.nextEvents()).containsExactly("emote_set.delete");
    assertThat(world.ok(world.streamer, DELETE, "s", set.id()).path("emoteSet").isNull()).isTrue();
  }

  @Test
  @Covers(
      value = "EmoteSetOps.delete",
      outcomes = {PERMISSION, BAD_INPUT})
  void onlyOwnNormalSetsAreDeleted() throws Exception {
    EmoteSet set = mine();
    world.refused("403 LACKING_PRIVILEGES", world.viewer, DELETE, "s", set.id());
    EmoteSet special = world.set(null, EmoteSet.Kind.SPECIAL);
    world.refused("403 LACKING_PRIVILEGES", world.streamer, DELETE, "s", special.id());
    world.refused("400 LACKING_PRIVILEGES", world.admin, DELETE, "s", special.id());
  }
}
