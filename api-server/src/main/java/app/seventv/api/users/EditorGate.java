package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.data.Editors;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.UserEditor;

/** Who may act for a user: the user, a manager of users, or an editor with the right bit. */
public final class EditorGate {
  private final Editors editors;

  public EditorGate(Editors editors) {
    this.editors = editors;
  }

  /**
   * Checks that the caller may act for {@code target}.
   *
   * @param refusal text for people who are no editors
   * @param needed name of the permission, told to editors who lack it
   * @throws ApiException 401 or 403
   */
  public void require(Caller caller, Id target, Bit bit, String refusal, String needed) {
    Id actor = caller.requireUser().id();
    if (caller.is(target) || caller.has(Permission.USER_MANAGE_ANY)) {
      return;
    }
    UserEditor row = editors.find(target, actor);
    if (row == null) {
      throw ApiException.forbidden(refusal);
    }
    if (!Editors.grants(row, bit)) {
      throw ApiException.forbidden(refusal + ", you need the " + needed + " permission");
    }
  }
}
