package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonDocument;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code user(id)} of the old GraphQL API (api-v3.md §11.5). */
class V3UserOpsTest extends SharedWorld {
  private static final String CONNECTIONS =
      "mutation($u: ObjectID!, $c: String!, $d: UserConnectionUpdate!) { user(id: $u) {"
          + " connections(id: $c, data: $d) { id platform emote_set_id } } }";
  private static final String EDITORS =
      "mutation($u: ObjectID!, $e: ObjectID!, $d: UserEditorUpdate!) { user(id: $u) {"
          + " editors(editor_id: $e, data: $d) { id permissions } } }";
  private static final String COSMETICS =
      "mutation($u: ObjectID!, $c: UserCosmeticUpdate!) { user(id: $u) { cosmetics(update: $c) } }";
  private static final String ROLES =
      "mutation($u: ObjectID!, $r: ObjectID!, $a: ListItemAction!) { user(id: $u) {"
          + " roles(role_id: $r, action: $a) } }";
  private static final String DELETE = "mutation($u: ObjectID!) { user(id: $u) { delete } }";

  private Id streamer;
  private Id viewer;
  private Id editor;

  @BeforeAll
  void start() {
    streamer = world.idOf(DevUser.STREAMER);
    viewer = world.idOf(DevUser.VIEWER);
    editor = world.idOf(DevUser.EDITOR);
  }

  @BeforeEach
  void quiet() throws Exception {
    world.collection(CollectionNames.USER_EDITORS).deleteMany(new BsonDocument());
    world.forgetEvents();
  }

  @Test
  @Covers(value = "UserOps.connections", outcomes = SUCCESS)
  void theActiveSetIsChosen() throws Exception {
    EmoteSet set = world.set(DevUser.VIEWER, EmoteSet.Kind.NORMAL);
    JsonNode connections =
        world
            .ok(
                world.streamer,
                CONNECTIONS,
                "u",
                streamer,
                "c",
                DevUser.STREAMER.id(),
                "d",
                Map.of("emote_set_id", set.id().toString()))
            .at("/user/connections");
    assertThat(connections.at("/0/emote_set_id").asString()).isEqualTo(set.id().toString());
    assertThat(world.nextEvents()).containsExactly("user.change_active_emote_set");
  }

  @Test
  @Covers(
      value = "UserOps.connections",
      outcomes = {SUCCESS, CONFLICT})
  void allButTheLastAccountCanBeUnlinked() throws Exception {
    Map<String, Object> unlink = Map.of("unlink", true);
    world.refused(
        "400 BAD_REQUEST",
        world.viewer,
        CONNECTIONS,
        "u",
        viewer,
        "c",
        DevUser.VIEWER.id(),
        "d",
        unlink);
    User.Connection second =
        new User.Connection(Platform.KICK, "777", "k", "K", null, World.NOW, World.NOW, true);
    world
        .collection(CollectionNames.USERS)
        .updateOne(
            Filters.eq("_id", viewer.toBson()), Updates.push("connections", second.toBson()));
    JsonNode left =
        world
            .ok(world.viewer, CONNECTIONS, "u", viewer, "c", "777", "d", unlink)
            .at("/user/connections");
    assertThat(left.size()).isEqualTo(1);
    assertThat(world.nextEvents()).containsExactly("user.remove_connection");
    world.refused(
        "404 LOAD_ERROR", world.viewer, CONNECTIONS, "u", viewer, "c", "777", "d", unlink);
  }

  @Test
  @Covers(
      value = "UserOps.connections",
      outcomes = {PERMISSION, BAD_INPUT})
  void foreignAccountsAndWrongSetsAreRefused() throws Exception {
    EmoteSet special = world.set(null, EmoteSet.Kind.SPECIAL);
    Map<String, Object> wrongKind = Map.of("emote_set_id", special.id().toString());
    world.refused(
        "400 BAD_REQUEST", world.streamer, CONNECTIONS, "u", streamer, "c", "x", "d", wrongKind);
    Map<String, Object> missing = Map.of("emote_set_id", world.newId().toString());
    world.refused(
        "404 LOAD_ERROR", world.streamer, CONNECTIONS, "u", streamer, "c", "x", "d", missing);
    world.refused(
        "403 LACKING_PRIVILEGES", world.viewer, CONNECTIONS, "u", streamer, "c", "x", "d", missing);
    world.refused("401 LOGIN_REQUIRED", null, CONNECTIONS, "u", streamer, "c", "x", "d", missing);
    world.invalid(
        world.streamer, CONNECTIONS, "u", streamer, "c", "x", "d", Map.of("emote_set_id", "nope"));
  }

  private JsonNode setEditor(String token, Id user, Id who, int permissions) throws Exception {
    return world
        .ok(token, EDITORS, "u", user, "e", who, "d", Map.of("permissions", permissions))
        .at("/user/editors");
  }

  private UserEditor row(Id user, Id who) {
    return UserEditor.fromBson(
        Objects.requireNonNull(
            world
                .collection(CollectionNames.USER_EDITORS)
                .find(Filters.eq("_id", UserEditor.idToBson(user, who)))
                .first()));
  }

  private void accept(Id user, Id who) {
    world
        .collection(CollectionNames.USER_EDITORS)
        .updateOne(Filters.eq("_id", UserEditor.idToBson(user, who)), Updates.set("state", 1));
  }

  @Test
  @Covers(
      value = "UserOps.editors",
      outcomes = {SUCCESS, CONFLICT})
  void editorsAreInvitedChangedAndRemoved() throws Exception {
    assertThat(setEditor(world.streamer, streamer, editor, 16).isEmpty()).isTrue();
    assertThat(row(streamer, editor).state()).isEqualTo(UserEditor.State.PENDING);
    assertThat(row(streamer, editor).permissions().emoteSet()).isEqualTo(6);
    accept(streamer, editor);
    JsonNode changed = setEditor(world.streamer, streamer, editor, 16 | 4 | 64);
    assertThat(changed.at("/0/permissions").asInt()).isEqualTo(1 | 16 | 4 | 64);
    Map<String, Object> same = Map.of("permissions", 16 | 4 | 64);
    world.refused(
        "400 BAD_REQUEST", world.streamer, EDITORS, "u", streamer, "e", editor, "d", same);
    assertThat(setEditor(world.streamer, streamer, editor, 0).isEmpty()).isTrue();
    assertThat(world.nextEvents()).containsExactly("user_editor.add_editor");
    assertThat(world.nextEvents()).containsExactly("user_editor.edit_permissions");
    assertThat(world.nextEvents()).containsExactly("user_editor.remove_editor");
  }

  @Test
  @Covers(value = "UserOps.editors", outcomes = SUCCESS)
  void peopleWhoAcceptInvitesAtOnceAreEditorsAtOnceAndMayLeave() throws Exception {
    try (World.Grant _ = world.grant(DevUser.EDITOR, Permission.FLAGS_ACCEPT_EDITOR_INVITES)) {
      assertThat(setEditor(world.streamer, streamer, editor, 1).size()).isEqualTo(1);
      assertThat(row(streamer, editor).permissions().isEmpty()).isTrue();
      setEditor(world.editor, streamer, editor, 0);
      assertThat(world.collection(CollectionNames.USER_EDITORS).countDocuments()).isZero();
    }
  }

  @Test
  @Covers(
      value = "UserOps.editors",
      outcomes = {PERMISSION, BAD_INPUT})
  void editorsGiveNoMoreThanTheyHave() throws Exception {
    setEditor(world.streamer, streamer, editor, 64);
    Map<String, Object> everything = Map.of("permissions", 16 | 64);
    world.refused(
        "403 LACKING_PRIVILEGES",
        world.editor,
        EDITORS,
        "u",
        streamer,
        "e",
        viewer,
        "d",
        everything);
    accept(streamer, editor);
    world.refused(
        "400 BAD_REQUEST", world.editor, EDITORS, "u", streamer, "e", viewer, "d", everything);
    setEditor(world.editor, streamer, viewer, 64);
    world.refused(
        "400 BAD_REQUEST", world.streamer, EDITORS, "u", streamer, "e", streamer, "d", everything);
    world.refused(
        "500 LOAD_ERROR",
        world.streamer,
        EDITORS,
        "u",
        streamer,
        "e",
        world.newId(),
        "d",
        everything);
    world.refused("401 LOGIN_REQUIRED", null, EDITORS, "u", streamer, "e", viewer, "d", everything);
    world.invalid(world.streamer, EDITORS, "u", streamer, "e", "x", "d", everything);
  }

  private Paint paint() {
    return world.put(
        CollectionNames.PAINTS,
        new Paint(
            world.newId(),
            "Sunny",
            null,
            List.of(),
            new Paint.Data(
                List.of(
                    new Paint.Layer(
                        world.newId(),
                        new Paint.LinearGradient(90, true, List.of(new Paint.Stop(0.5, -1))),
                        1)),
                List.of()),
            streamer,
            World.NOW,
            null));
  }

  private static Map<String, Object> cosmetic(Id id, String kind) {
    return Map.of("id", id.toString(), "kind", kind, "selected", true);
  }

  @Test
  @Covers(
      value = "UserOps.cosmetics",
      outcomes = {SUCCESS, PERMISSION, CONFLICT})
  void entitledPaintsAreShown() throws Exception {
    Paint paint = paint();
    Map<String, Object> choose = cosmetic(paint.id(), "PAINT");
    world.refused("403 LOAD_ERROR", world.streamer, COSMETICS, "u", streamer, "c", choose);
    world.entitle(DevUser.STREAMER, EntitlementNode.of(Kind.PAINT, paint.id()));
    world.refused("403 LACKING_PRIVILEGES", world.viewer, COSMETICS, "u", streamer, "c", choose);
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.USER_USE_PAINT)) {
      world.ok(world.streamer, COSMETICS, "u", streamer, "c", choose);
      assertThat(world.nextEvents()).containsExactly("user.change_active_paint");
      world.ok(world.streamer, COSMETICS, "u", streamer, "c", choose); // unchanged, no event
      JsonNode style =
          world
              .ok(
                  null,
                  "query($u: ObjectID!) { user(id: $u) { style { paint_id paint { name function"
                      + " angle repeat shape image_url stops { at color center_at } } badge { id }"
                      + " } } }",
                  "u",
                  streamer)
              .at("/user/style");
      assertThat(style.path("paint").toString())
          .isEqualTo(
              "{\"name\":\"Sunny\",\"function\":\"LINEAR_GRADIENT\",\"angle\":90,\"repeat\":true,"
                  + "\"shape\":\"circle\",\"image_url\":\"\",\"stops\":[{\"at\":0.5,\"color\":-1,"
                  + "\"center_at\":[0.0,0.0]}]}");
      Map<String, Object> none =
          Map.of("id", "000000000000000000000000", "kind", "PAINT", "selected", true);
      world.ok(world.streamer, COSMETICS, "u", streamer, "c", none);
      assertThat(world.user(DevUser.STREAMER).style().activePaintId()).isNull();
    }
  }

  @Test
  @Covers(value = "UserOps.cosmetics", outcomes = BAD_INPUT)
  void avatarsAndUnknownKindsAreRefused() throws Exception {
    Id any = world.newId();
    world.refused(
        "501 BAD_REQUEST", world.streamer, COSMETICS, "u", streamer, "c", cosmetic(any, "AVATAR"));
    world.invalid(world.streamer, COSMETICS, "u", streamer, "c", cosmetic(any, "HAT"));
    world.refused(
        "401 LOGIN_REQUIRED", null, COSMETICS, "u", streamer, "c", cosmetic(any, "BADGE"));
  }

  @Test
  @Covers(
      value = "UserOps.roles",
      outcomes = {SUCCESS, CONFLICT})
  void rolesAreGivenAndTaken() throws Exception {
    Role role = world.role(Permission.EMOTE_VIEW_UNLISTED);
    JsonNode held =
        world.ok(world.admin, ROLES, "u", viewer, "r", role.id(), "a", "ADD").at("/user/roles");
    assertThat(held.toString()).contains(role.id().toString());
    assertThat(world.nextEvents()).containsExactly("user.add_entitlement");
    world.ok(world.admin, ROLES, "u", viewer, "r", role.id(), "a", "ADD"); // nothing to do
    world.ok(world.admin, ROLES, "u", viewer, "r", role.id(), "a", "REMOVE");
    assertThat(world.nextEvents()).containsExactly("user.remove_entitlement");
  }

  @Test
  @Covers(
      value = "UserOps.roles",
      outcomes = {PERMISSION, BAD_INPUT})
  void nobodyHandsOutMoreThanTheyHave() throws Exception {
    Role strong = world.role(Permission.USER_MODERATE);
    Object[] give = {"u", viewer, "r", strong.id(), "a", "ADD"};
    world.refused("403 LACKING_PRIVILEGES", world.streamer, ROLES, give);
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.ROLE_ASSIGN)) {
      world.refused("403 LACKING_PRIVILEGES", world.streamer, ROLES, give);
    }
    Object[] unknown = {"u", viewer, "r", world.newId(), "a", "ADD"};
    world.refused("404 LOAD_ERROR", world.admin, ROLES, unknown);
    Object[] nobody = {"u", world.newId(), "r", strong.id(), "a", "ADD"};
    world.refused("404 LOAD_ERROR", world.admin, ROLES, nobody);
    Object[] update = {"u", viewer, "r", strong.id(), "a", "UPDATE"};
    world.refused("501 BAD_REQUEST", world.admin, ROLES, update);
  }

  @Test
  @Covers(
      value = "UserOps.delete",
      outcomes = {SUCCESS, PERMISSION, CONFLICT})
  void accountsAreDeletedByManagers() throws Exception {
    User person = world.person("5553", Platform.TWITCH);
    world.refused("403 LACKING_PRIVILEGES", world.streamer, DELETE, "u", person.id());
    world.ok(world.admin, DELETE, "u", person.id());
    assertThat(world.find(CollectionNames.USERS, person.id())).isNull();
    assertThat(world.nextEvents()).containsExactly("user.delete");
    world.refused("404 LOAD_ERROR", world.admin, DELETE, "u", person.id());
  }
}
