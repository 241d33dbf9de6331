package app.seventv.api.v4graphql;

import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.users.EditorService;
import app.seventv.model.EditorPermissions;
import app.seventv.model.UserEditor;

/** Invitations and rights of editors (api-v4.md §11.5). */
final class EditorMutations {
  private static final String[] EMOTE_SET = {"admin", "manage", "create"};
  private static final String[] EMOTE = {"admin", "manage", "create", "transfer"};

  /** The first bit is the super administrator's, which stands beside the groups. */
  private static final String[] USER = {
    "", "admin", "manageBilling", "manageProfile", "manageEditors", "managePersonalEmoteSet"
  };

  private final EditorService editors;

  EditorMutations(EditorService editors) {
    this.editors = editors;
  }

  private enum Answer {
    ACCEPT,
    REJECT
  }

  void wire(GraphqlSchema schema) {
    schema.enumeration("UserEditorUpdateState", Answer.class);
    schema
        .type("UserEditorMutation", Object.class)
        .fetch("create", (root, call) -> create(call))
        .fetch(
            "editor",
            (root, call) ->
                editors.require(call.arguments().id("userId"), call.arguments().id("editorId")));
    schema
        .type("UserEditorOperation", UserEditor.class)
        .fetch("delete", (row, call) -> editors.delete(call.context(), row))
        .fetch(
            "updateState",
            (row, call) ->
                editors.answer(
                    call.context(), row, call.arguments().value("state") == Answer.ACCEPT))
        .fetch(
            "updatePermissions",
            (row, call) -> editors.changePermissions(call.context(), row, permissions(call)));
  }

  private UserEditor create(Call call) {
    return editors.create(
        call.context(),
        call.arguments().id("userId"),
        call.arguments().id("editorId"),
        permissions(call));
  }

  private static EditorPermissions permissions(Call call) {
    Call.Arguments given = call.arguments().object("permissions");
    int user = bits(given.object("user"), USER);
    return new EditorPermissions(
        bits(given.object("emoteSet"), EMOTE_SET),
        bits(given.object("emote"), EMOTE),
        given.bool("superAdmin") ? user | 1 : user);
  }

  /** One bit per name, from the lowest on. */
  private static int bits(Call.Arguments group, String[] names) {
    int bits = 0;
    for (int i = 0; i < names.length; i++) {
      bits |= group.bool(names[i]) ? 1 << i : 0;
    }
    return bits;
  }
}
