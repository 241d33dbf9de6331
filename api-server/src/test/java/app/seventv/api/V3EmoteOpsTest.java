package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Filters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code emote(id)} of the old GraphQL API: update, delete, merge (api-v3.md §11.5). */
class V3EmoteOpsTest extends SharedWorld {
  private static final String UPDATE =
      "mutation($e: ObjectID!, $p: EmoteUpdate!) { emote(id: $e) { id update(params: $p, reason:"
          + " \"why\") { id name flags tags listed personal_use owner_id } } }";
  private static final String MERGE =
      "mutation($e: ObjectID!, $t: ObjectID!) { emote(id: $e) { merge(target_id: $t) { id } } }";

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private EmoteModerationRequest request(Emote emote, EmoteModerationRequest.Kind kind) {
    return world.put(
        CollectionNames.EMOTE_MODERATION_REQUESTS,
        new EmoteModerationRequest(
            world.newId(),
            emote.ownerId(),
            kind,
            null,
            emote.id(),
            EmoteModerationRequest.Status.PENDING,
            null,
            List.of(),
            0,
            World.NOW,
            null));
  }

  private EmoteModerationRequest.Status status(EmoteModerationRequest request) {
    return EmoteModerationRequest.fromBson(
            world.require(CollectionNames.EMOTE_MODERATION_REQUESTS, request.id()))
        .status();
  }

  @Test
  @Covers(value = "EmoteOps.update", outcomes = SUCCESS)
  void ownersEditNameFlagsAndTags() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "before");
    JsonNode after =
        world
            .ok(
                world.streamer,
                UPDATE,
                "e",
                emote.id(),
                "p",
                Map.of("name", "after", "flags", 257 + 2, "tags", List.of("wave", "hello")))
            .at("/emote/update");
    assertThat(after.path("name").asString()).isEqualTo("after");
    assertThat(after.path("flags").asInt()).isEqualTo(257);
    assertThat(after.path("tags").size()).isEqualTo(2);
    assertThat(world.nextEvents())
        .containsExactly("emote.change_name", "emote.change_flags", "emote.change_tags");
    assertThat(world.audited(emote.id(), "change_name")).isTrue();
    assertThat(world.emote(emote.id()).searchUpdatedAt()).isNull();
    assertThat(world.emote(emote.id()).updatedAt()).isAfter(World.NOW);
  }

  @Test
  @Covers(value = "EmoteOps.update", outcomes = SUCCESS)
  void versionNamesCountWithoutAName() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "before");
    world.ok(world.streamer, UPDATE, "e", emote.id(), "p", Map.of("version_name", "versioned"));
    assertThat(world.emote(emote.id()).defaultName()).isEqualTo("versioned");
  }

  @Test
  @Covers(value = "EmoteOps.update", outcomes = SUCCESS)
  void ownersCannotListApproveOrGiveAwayButAreNotTold() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "stays");
    world.ok(
        world.streamer,
        UPDATE,
        "e",
        emote.id(),
        "p",
        Map.of(
            "listed",
            true,
            "personal_use",
            true,
            "owner_id",
            world.idOf(DevUser.VIEWER).toString()));
    assertThat(world.emote(emote.id()).flags()).isZero();
    assertThat(world.emote(emote.id()).ownerId()).isEqualTo(world.idOf(DevUser.STREAMER));
  }

  @Test
  @Covers(value = "EmoteOps.update", outcomes = SUCCESS)
  void moderatorsListAndAnswerTheRequests() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "listme");
    EmoteModerationRequest listing = request(emote, EmoteModerationRequest.Kind.PUBLIC_LISTING);
    EmoteModerationRequest personal = request(emote, EmoteModerationRequest.Kind.PERSONAL_USE);
    JsonNode after =
        world
            .ok(
                world.admin,
                UPDATE,
                "e",
                emote.id(),
                "p",
                Map.of(
                    "listed",
                    true,
                    "personal_use",
                    false,
                    "owner_id",
                    world.idOf(DevUser.VIEWER).toString()))
            .at("/emote/update");
    assertThat(after.path("listed").asBoolean()).isTrue();
    assertThat(after.path("personal_use").asBoolean()).isFalse();
    assertThat(after.path("owner_id").asString()).isEqualTo(world.idOf(DevUser.VIEWER).toString());
    assertThat(status(listing)).isEqualTo(EmoteModerationRequest.Status.APPROVED);
    assertThat(status(personal)).isEqualTo(EmoteModerationRequest.Status.DENIED);
    assertThat(world.nextEvents())
        .containsExactlyInAnyOrder(
            "emote.change_owner",
            "emote.change_flags",
            "emote_moderation_request.change_status",
            "emote_moderation_request.change_status");
  }

  @Test
  @Covers(value = "EmoteOps.update", outcomes = PERMISSION)
  @Covers(value = "EmoteOps.update (deleted)", outcomes = PERMISSION)
  void strangersAndAnonymousPeopleEditNothing() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "mine");
    Map<String, Object> change = Map.of("name", "stolen");
    world.refused("401 LOGIN_REQUIRED", null, UPDATE, "e", emote.id(), "p", change);
    world.refused("403 LACKING_PRIVILEGES", world.viewer, UPDATE, "e", emote.id(), "p", change);
    world.refused(
        "403 LACKING_PRIVILEGES",
        world.viewer,
        UPDATE,
        "e",
        emote.id(),
        "p",
        Map.of("deleted", true));
    assertThat(world.emote(emote.id()).defaultName()).isEqualTo("mine");
  }

  @Test
  @Covers(
      value = "EmoteOps.update",
      outcomes = {SUCCESS, PERMISSION})
  void onlyAcceptedEditorsWithTheBitEdit() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "shared");
    Map<String, Object> change = Map.of("name", "edited");
    for (UserEditor.State state : UserEditor.State.values()) {
      UserEditor row =
          world.put(
              CollectionNames.USER_EDITORS,
              new UserEditor(
                  world.idOf(DevUser.STREAMER),
                  world.idOf(DevUser.EDITOR),
                  state,
                  null,
                  new EditorPermissions(0, 2, 0),
                  world.idOf(DevUser.STREAMER),
                  World.NOW,
                  World.NOW,
                  null));
      if (state == UserEditor.State.ACCEPTED) {
        world.ok(world.editor, UPDATE, "e", emote.id(), "p", change);
      } else {
        world.refused("403 LACKING_PRIVILEGES", world.editor, UPDATE, "e", emote.id(), "p", change);
      }
      world.collection(CollectionNames.USER_EDITORS).deleteOne(Filters.eq("_id", row.idToBson()));
    }
  }

  @Test
  @Covers(value = "EmoteOps.update", outcomes = BAD_INPUT)
  void badNamesTagsAndReasonsAreRefused() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "fine");
    for (Map<String, Object> bad :
        List.<Map<String, Object>>of(
            Map.of("name", "no spaces"),
            Map.of("name", ""),
            Map.of("version_name", "a".repeat(101)),
            Map.of("tags", List.of("ab")),
            Map.of("tags", List.of("one", "two2", "three", "four", "five", "six", "seven")),
            Map.of("owner_id", "nonsense"))) {
      world.invalid(world.streamer, UPDATE, "e", emote.id(), "p", bad);
    }
    world.invalid(
        world.streamer,
        UPDATE.replace("\"why\"", "\"" + "x".repeat(101) + "\""),
        "e",
        emote.id(),
        "p",
        Map.of("name", "fine2"));
    assertThat(world.emote(emote.id()).defaultName()).isEqualTo("fine");
  }

  @Test
  @Covers(
      value = "EmoteOps.update (deleted)",
      outcomes = {SUCCESS, CONFLICT})
  @Covers(value = "EmoteOps.update", outcomes = CONFLICT)
  void aDeletedEmoteIsGoneAndCannotBeEditedAgain() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "goes");
    EmoteModerationRequest listing = request(emote, EmoteModerationRequest.Kind.PUBLIC_LISTING);
    world.ok(world.streamer, UPDATE, "e", emote.id(), "p", Map.of("deleted", true));
    assertThat(world.emote(emote.id()).deleted()).isTrue();
    assertThat(status(listing)).isEqualTo(EmoteModerationRequest.Status.EMOTE_DELETED);
    assertThat(world.nextEvents()).contains("emote.delete");
    world.refused(
        "404 LOAD_ERROR", world.streamer, UPDATE, "e", emote.id(), "p", Map.of("name", "x"));
  }

  @Test
  @Covers(value = "EmoteOps.merge", outcomes = SUCCESS)
  void mergingPutsTheTargetInItsPlace() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "copy");
    Emote target = world.emote(DevUser.VIEWER, "original");
    try (World.Grant _ = world.grant(DevUser.EDITOR, Permission.EMOTE_MERGE)) {
      world.ok(world.editor, MERGE, "e", emote.id(), "t", target.id());
    }
    Emote.Merged merged = Objects.requireNonNull(world.emote(emote.id()).merged());
    assertThat(merged.targetId()).isEqualTo(target.id());
    assertThat(world.nextEvents()).containsExactly("emote.merge");
  }

  @Test
  @Covers(value = "EmoteOps.merge", outcomes = PERMISSION)
  void mergingNeedsItsPermission() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "a1");
    Emote target = world.emote(DevUser.STREAMER, "a2");
    world.refused(
        "403 LACKING_PRIVILEGES", world.streamer, MERGE, "e", emote.id(), "t", target.id());
    world.refused("403 LACKING_PRIVILEGES", null, MERGE, "e", emote.id(), "t", target.id());
  }

  @Test
  @Covers(
      value = "EmoteOps.merge",
      outcomes = {BAD_INPUT, CONFLICT})
  void mergesDoNotRunInCirclesOrIntoNothing() throws Exception {
    Emote one = world.emote(DevUser.STREAMER, "c1");
    Emote two = world.emote(DevUser.STREAMER, "c2");
    world.refused("400 BAD_REQUEST", world.admin, MERGE, "e", one.id(), "t", one.id());
    world.refused("404 LOAD_ERROR", world.admin, MERGE, "e", one.id(), "t", world.newId());
    world.invalid(world.admin, MERGE, "e", one.id(), "t", "short");
    world.ok(world.admin, MERGE, "e", one.id(), "t", two.id());
    world.refused("400 BAD_REQUEST", world.admin, MERGE, "e", two.id(), "t", one.id());
    world.refused("404 LOAD_ERROR", world.admin, MERGE, "e", one.id(), "t", two.id());
  }

  @Test
  @Covers(
      value = "EmoteOps.rerun",
      outcomes = {PERMISSION, BAD_INPUT})
  void rerunIsForAdministratorsAndNotThere() throws Exception {
    Id emote = world.emote(DevUser.STREAMER, "again").id();
    String rerun = "mutation($e: ObjectID!) { emote(id: $e) { rerun { id } } }";
    world.refused("403 LACKING_PRIVILEGES", world.streamer, rerun, "e", emote);
    world.refused("501 BAD_REQUEST", world.admin, rerun, "e", emote);
  }

  @Test
  void activityShowsTheOldShapes() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "loud");
    world.ok(world.admin, UPDATE, "e", emote.id(), "p", Map.of("name", "quiet", "listed", true));
    JsonNode rows =
        world
            .ok(
                null,
                "query($e: ObjectID!) { emote(id: $e) { activity { kind target_kind target_id"
                    + " actor { username } reason changes { format key value array_value { added"
                    + " removed updated } } } } }",
                "e",
                emote.id())
            .at("/emote/activity");
    assertThat(rows.size()).isEqualTo(2);
    boolean nameFirst = rows.get(0).at("/changes/0/key").asString().equals("name");
    JsonNode name = rows.get(nameFirst ? 0 : 1);
    JsonNode listed = rows.get(nameFirst ? 1 : 0);
    assertThat(name.at("/changes/0/value").toString())
        .isEqualTo("{\"n\":\"quiet\",\"o\":\"loud\",\"p\":0}");
    assertThat(listed.at("/changes/0/array_value/updated/0").toString())
        .isEqualTo("{\"n\":{\"listed\":true},\"o\":{\"listed\":false},\"p\":0}");
    assertThat(listed.path("kind").asInt()).isEqualTo(4);
    assertThat(listed.at("/actor/username").asString()).isEqualTo(DevUser.ADMIN.login());
  }
}
