package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.client.model.Filters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Editors by the new API (api-v4.md §11.5). */
class V4EditorMutationsTest extends SharedWorld {
  private static final String CREATE =
      "mutation($u: Id!, $e: Id!, $p: UserEditorPermissionsInput!) { userEditors { create(userId: $u,"
          + " editorId: $e, permissions: $p) { state permissions { emoteSet { manage } user {"
          + " manageEditors } } } } }";
  private static final String STATE =
      editor("$s: UserEditorUpdateState!", "updateState(state: $s) { state }");
  private static final String PERMISSIONS =
      editor(
          "$p: UserEditorPermissionsInput!",
          "updatePermissions(permissions: $p) { permissions { superAdmin emoteSet { create } } }");
  private static final String DELETE =
      "mutation($u: Id!, $e: Id!) { userEditors { editor(userId: $u, editorId: $e) { delete } } }";
  private static final String STRANGER = "403 LACKING_PRIVILEGES";

  private Id streamer;
  private Id editor;
  private Id viewer;

  private static String editor(String variable, String field) {
    return "mutation($u: Id!, $e: Id!, "
        + variable
        + ") { userEditors { editor(userId: $u, editorId: $e) { "
        + field
        + " } } }";
  }

  @BeforeAll
  void start() {
    streamer = world.idOf(DevUser.STREAMER);
    editor = world.idOf(DevUser.EDITOR);
    viewer = world.idOf(DevUser.VIEWER);
  }

  @BeforeEach
  void quiet() throws Exception {
    world.collection(CollectionNames.USER_EDITORS).deleteMany(Filters.empty());
    world.forgetEvents();
  }

  /** All fields of the input, those named being true. */
  private static Map<String, Object> permissions(String... granted) {
    List<String> on = List.of(granted);
    Map<String, Object> permissions = new HashMap<>();
    permissions.put("superAdmin", on.contains("superAdmin"));
    Map<String, List<String>> groups =
        Map.of(
            "emoteSet", List.of("admin", "manage", "create"),
            "emote", List.of("admin", "manage", "create", "transfer"),
            "user",
                List.of(
                    "admin",
                    "manageBilling",
                    "manageEditors",
                    "managePersonalEmoteSet",
                    "manageProfile"));
    groups.forEach((group, names) -> {
      Map<String, Object> bits = new HashMap<>();
      names.forEach(name -> bits.put(name, on.contains(group + "." + name)));
      permissions.put(group, bits);
    });
    return permissions;
  }

  private void invite(Id person, String token, String... granted) throws Exception {
    world.ok4(world.streamer, CREATE, "u", streamer, "e", person, "p", permissions(granted));
    world.ok4(token, STATE, "u", streamer, "e", person, "s", "ACCEPT");
    world.forgetEvents();
  }

  @Test
  @Covers(
      value = "UserEditorMutation.create",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void editorsAreInvited() throws Exception {
    Map<String, Object> sets = permissions("emoteSet.manage");
    world.refused4(STRANGER, world.viewer, CREATE, "u", streamer, "e", editor, "p", sets);
    world.refused4("401 LOGIN_REQUIRED", null, CREATE, "u", streamer, "e", editor, "p", sets);
    JsonNode row =
        world
            .ok4(world.streamer, CREATE, "u", streamer, "e", editor, "p", sets)
            .at("/userEditors/create");
    assertThat(row.path("state").asString()).isEqualTo("PENDING");
    assertThat(row.at("/permissions/emoteSet/manage").asBoolean(false)).isTrue();
    assertThat(row.at("/permissions/user/manageEditors").asBoolean(true)).isFalse();
    assertThat(world.nextEvents()).containsExactly("user_editor.add_editor");
    String bad = "400 BAD_REQUEST";
    world.refused4(bad, world.streamer, CREATE, "u", streamer, "e", editor, "p", sets);
    world.refused4(bad, world.streamer, CREATE, "u", streamer, "e", streamer, "p", sets);
    world.refused4(
        "500 LOAD_ERROR", world.streamer, CREATE, "u", streamer, "e", world.newId(), "p", sets);
    world.invalid4(world.streamer, CREATE, "u", streamer, "e", "nonsense", "p", sets);
  }

  @Test
  @Covers(value = "UserEditorMutation.create", outcomes = PERMISSION)
  @Covers(value = "UserEditorOperation.updatePermissions", outcomes = PERMISSION)
  void editorsGrantNoMoreThanTheyHave() throws Exception {
    invite(editor, world.editor, "user.manageEditors", "emoteSet.manage");
    Map<String, Object> same = permissions("user.manageEditors", "emoteSet.manage");
    Map<String, Object> more = permissions("emote.manage");
    Map<String, Object> all = permissions("superAdmin");
    for (Map<String, Object> tooMuch : List.of(more, all)) {
      world.refused4(
          "400 BAD_REQUEST", world.editor, CREATE, "u", streamer, "e", viewer, "p", tooMuch);
    }
    world.ok4(world.editor, CREATE, "u", streamer, "e", viewer, "p", same);
    world.ok4(world.viewer, STATE, "u", streamer, "e", viewer, "s", "ACCEPT");
    world.refused4(
        "400 BAD_REQUEST", world.editor, PERMISSIONS, "u", streamer, "e", viewer, "p", all);
    world.refused4(STRANGER, world.editor, PERMISSIONS, "u", streamer, "e", editor, "p", same);
  }

  @Test
  @Covers(
      value = "UserEditorOperation.updateState",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void onlyTheInvitedAnswerAndOnce() throws Exception {
    world.ok4(world.streamer, CREATE, "u", streamer, "e", editor, "p", permissions());
    world.refused4(STRANGER, world.streamer, STATE, "u", streamer, "e", editor, "s", "ACCEPT");
    world.refused4(
        "404 LOAD_ERROR", world.viewer, STATE, "u", streamer, "e", viewer, "s", "ACCEPT");
    world.invalid4(world.editor, STATE, "u", "nonsense", "e", editor, "s", "ACCEPT");
    JsonNode row = world.ok4(world.editor, STATE, "u", streamer, "e", editor, "s", "REJECT");
    assertThat(row.at("/userEditors/editor/updateState/state").asString()).isEqualTo("REJECTED");
    world.refused4(
        "400 BAD_REQUEST", world.editor, STATE, "u", streamer, "e", editor, "s", "ACCEPT");
  }

  @Test
  @Covers(
      value = "UserEditorOperation.updatePermissions",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void permissionsOfAcceptedEditorsChange() throws Exception {
    Map<String, Object> sets = permissions("emoteSet.create");
    world.ok4(world.streamer, CREATE, "u", streamer, "e", viewer, "p", permissions());
    world.refused4(
        "400 BAD_REQUEST", world.streamer, PERMISSIONS, "u", streamer, "e", viewer, "p", sets);
    invite(editor, world.editor);
    world.refused4(STRANGER, world.viewer, PERMISSIONS, "u", streamer, "e", editor, "p", sets);
    world.invalid4(world.streamer, PERMISSIONS, "u", streamer, "e", "nonsense", "p", sets);
    JsonNode row = world.ok4(world.streamer, PERMISSIONS, "u", streamer, "e", editor, "p", sets);
    assertThat(row.toString()).contains("\"create\":true");
    assertThat(world.nextEvents()).containsExactly("user_editor.edit_permissions");
    world.ok4(world.streamer, PERMISSIONS, "u", streamer, "e", editor, "p", sets); // unchanged
  }

  @Test
  @Covers(
      value = "UserEditorOperation.delete",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void ownersAndEditorsEndIt() throws Exception {
    invite(editor, world.editor);
    world.refused4(STRANGER, world.viewer, DELETE, "u", streamer, "e", editor);
    world.invalid4(world.streamer, DELETE, "u", streamer, "e", "nonsense");
    world.ok4(world.streamer, DELETE, "u", streamer, "e", editor);
    assertThat(world.nextEvents()).containsExactly("user_editor.remove_editor");
    world.refused4("404 LOAD_ERROR", world.streamer, DELETE, "u", streamer, "e", editor);
    world.ok4(world.streamer, CREATE, "u", streamer, "e", editor, "p", permissions());
    world.ok4(world.editor, STATE, "u", streamer, "e", editor, "s", "REJECT");
    world.refused4(STRANGER, world.streamer, DELETE, "u", streamer, "e", editor);
    world.ok4(world.editor, DELETE, "u", streamer, "e", editor);
  }
}
