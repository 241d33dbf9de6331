package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.OriginConfig;
import app.seventv.model.Permission;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.List;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Omitted or null, defaults and order of the v3 reads of sets and emotes (api-v3.md §8, §13). */
class V3EntryRulesTest extends SharedWorld {
  private static final Instant LINKED = Instant.parse("2026-01-01T00:00:00.125Z");

  @ParameterizedTest
  @CsvSource({
    "NORMAL,0,false,false",
    "PERSONAL,4,false,false",
    "GLOBAL,2,false,true",
    "SPECIAL,11,true,true"
  })
  void emptySetsOfEachKind(EmoteSet.Kind kind, int flags, boolean immutable, boolean privileged)
      throws Exception {
    EmoteSet set = world.set(null, kind);
    world.update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.combine(
            Updates.set("capacity", (BsonValue) null), Updates.set("tags", List.of("a"))));
    assertThat(world.text("/v3/emote-sets/" + set.id()))
        .isEqualTo(
            """
            {"id":"%s","name":"A set","flags":%d,"tags":["a"],"immutable":%s,"privileged":%s,\
            "emotes":[],"capacity":2147483647,"owner":null}\
            """
                .formatted(set.id(), flags, immutable, privileged));
  }

  private EmoteSet fill(EmoteSet set, EmoteSet.Entry... entries) {
    world.update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.set("emotes", List.of(entries).stream().map(EmoteSet.Entry::toBson).toList()));
    return set;
  }

  private static EmoteSet.Entry entry(
      Id emote, String alias, int flags, @Nullable Id addedBy, @Nullable Id origin) {
    return new EmoteSet.Entry(emote, alias, LINKED, flags, addedBy, origin);
  }

  @Test
  void entriesResolveOrAreLeftOut() throws Exception {
    Emote plain = world.emote(DevUser.STREAMER, "plain");
    Emote deleted = world.emote(DevUser.STREAMER, "deleted");
    world.update(CollectionNames.EMOTES, deleted.id(), Updates.set("deleted", true));
    Emote merged = world.emote(DevUser.STREAMER, "merged");
    world.update(
        CollectionNames.EMOTES,
        merged.id(),
        Updates.set("merged", new Emote.Merged(plain.id(), World.NOW).toBson()));
    Emote circle = world.emote(DevUser.STREAMER, "circle");
    world.update(
        CollectionNames.EMOTES,
        circle.id(),
        Updates.set("merged", new Emote.Merged(circle.id(), World.NOW).toBson()));
    Id actor = world.newId();
    Id origin = world.newId();
    EmoteSet set =
        fill(
            world.set(null, EmoteSet.Kind.NORMAL),
            entry(merged.id(), "first", 1, actor, origin),
            entry(deleted.id(), "gone", 0, null, null),
            entry(world.newId(), "never", 0, null, null),
            entry(circle.id(), "round", 0, null, null),
            entry(plain.id(), "last", 3, null, null));
    world.update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.set(
            "origin_config",
            new OriginConfig(
                    List.of(new OriginConfig.Origin(origin, null, List.of())),
                    5,
                    List.of(),
                    false,
                    false,
                    null)
                .toBson()));
    JsonNode shown = world.read("/v3/emote-sets/" + set.id());
    assertThat(shown.propertyNames())
        .containsExactly(
            "id",
            "name",
            "flags",
            "tags",
            "immutable",
            "privileged",
            "emotes",
            "emote_count",
            "capacity",
            "origins",
            "owner");
    assertThat(shown.path("emote_count").asInt()).isEqualTo(2);
    assertThat(shown.path("origins").toString())
        .isEqualTo("[{\"id\":\"" + origin + "\",\"weight\":0,\"slices\":[]}]");
    ObjectNode first = (ObjectNode) shown.at("/emotes/0");
    assertThat(first.remove("data").path("id").asString()).isEqualTo(plain.id().toString());
    assertThat(first.toString())
        .isEqualTo(
            """
            {"id":"%s","name":"first","flags":1,"timestamp":%d,"actor_id":"%s","origin_id":"%s"}\
            """
                .formatted(merged.id(), merged.id().timeMs(), actor, origin));
    JsonNode last = shown.at("/emotes/1");
    assertThat(last.propertyNames())
        .containsExactly("id", "name", "flags", "timestamp", "actor_id", "data", "origin_id");
    assertThat(last.path("flags").asInt()).isEqualTo(1 + 65536 + 131072 + 262144);
    assertThat(last.path("actor_id").isNull() && last.path("origin_id").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "0,0,-,false,false",
        "1,0,LISTED,true,false",
        "2,1,-,false,false",
        "4,65536,-,false,false",
        "8,256,-,false,false",
        "16,0,PERSONAL,false,false",
        "17,0,PERSONAL LISTED,true,false",
        "32,0,NO_PERSONAL,false,false",
        "49,0,NO_PERSONAL LISTED,true,false",
        "64,0,-,false,true",
        "127,65793,NO_PERSONAL LISTED,true,true"
      })
  void flagsAndStatesOfEmotes(
      int flags, int old, @Nullable String state, boolean listed, boolean animated)
      throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "flags", flags);
    JsonNode shown = world.read("/v3/emotes/" + emote.id());
    assertThat(shown.propertyNames())
        .containsExactly(
            "id",
            "name",
            "flags",
            "tags",
            "lifecycle",
            "state",
            "listed",
            "animated",
            "owner",
            "host",
            "versions");
    List<String> states = state == null ? List.of() : List.of(state.split(" ", -1));
    for (JsonNode each : List.of(shown, shown.at("/versions/0"))) {
      assertThat(each.path("state").valueStream().map(JsonNode::asString)).isEqualTo(states);
      assertThat(each.path("listed").asBoolean()).isEqualTo(listed);
      assertThat(each.path("animated").asBoolean()).isEqualTo(animated);
      assertThat(each.path("lifecycle").asInt()).isEqualTo(3);
    }
    assertThat(shown.path("flags").asInt()).isEqualTo(old);
    assertThat(shown.path("tags").isArray()).as("present though empty").isTrue();
    JsonNode partial =
        world
            .read(
                "/v3/emote-sets/"
                    + fill(
                            world.set(null, EmoteSet.Kind.NORMAL),
                            entry(emote.id(), "a", 0, null, null))
                        .id())
            .at("/emotes/0/data");
    assertThat(partial.propertyNames())
        .as("tags are left out when empty")
        .containsExactly(
            "id", "name", "flags", "lifecycle", "state", "listed", "animated", "owner", "host");
  }

  @Test
  void pendingEmotesHaveNoFilesAndHiddenOwnersAreNotShown() throws Exception {
    Emote emote = world.emote(DevUser.EDITOR, "pending");
    world.update(
        CollectionNames.EMOTES,
        emote.id(),
        Updates.set(
            "image_set",
            new ImageSet(new ImageSet.Pending("task", "p", "image/gif", 5), List.of()).toBson()));
    String path = "/v3/emotes/" + emote.id();
    JsonNode shown = world.read(path);
    assertThat(shown.path("lifecycle").asInt(-9)).isZero();
    assertThat(shown.path("host").toString()).isEqualTo("{\"url\":\"\",\"files\":[]}");
    assertThat(shown.at("/owner/username").asString()).isEqualTo(DevUser.EDITOR.login());
    assertThat(shown.at("/versions/0").propertyNames())
        .containsExactly(
            "id",
            "name",
            "description",
            "lifecycle",
            "state",
            "listed",
            "animated",
            "host",
            "createdAt");
    EmoteSet set =
        fill(
            world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL), entry(emote.id(), "a", 0, null, null));
    try (World.Grant _ = world.grant(DevUser.EDITOR, Permission.FLAGS_HIDDEN)) {
      assertThat(world.read(path).path("owner").isNull()).isTrue();
      JsonNode inSet = world.read("/v3/emote-sets/" + set.id());
      assertThat(inSet.path("owner").isNull()).isTrue();
      assertThat(inSet.at("/emotes/0/data").has("owner")).as("left out").isFalse();
      assertThat(world.api.get("/v3/users/" + world.idOf(DevUser.EDITOR)).statusCode())
          .isEqualTo(404);
      assertThat(world.api.get("/v3/users/twitch/" + DevUser.EDITOR.id()).statusCode())
          .isEqualTo(404);
    }
    assertThat(world.read("/v3/emote-sets/" + set.id()).at("/owner/id").asString())
        .isEqualTo(world.idOf(DevUser.EDITOR).toString());
  }
}
