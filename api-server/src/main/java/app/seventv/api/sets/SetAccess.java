package app.seventv.api.sets;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Editors;
import app.seventv.api.data.UserLoader;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.UserEditor;
import org.jspecify.annotations.Nullable;

/** Who may change which emote set (api-v4.md §11.3, "Set check"). The one place that decides it. */
public final class SetAccess {
  private final UserLoader users;
  private final Editors editors;

  public SetAccess(UserLoader users, Editors editors) {
    this.users = users;
    this.editors = editors;
  }

  /**
   * Checks that the caller may change the set.
   *
   * @return the user whose limits count: the owner, or the caller for shared sets
   * @throws ApiException 401, 403 or 404 with the exact text
   */
  LoadedUser check(Caller caller, EmoteSet set) {
    LoadedUser user = caller.requireUser();
    return switch (set.kind()) {
      case GLOBAL -> shared(caller, user, Permission.EMOTE_SET_MANAGE_GLOBAL, "global");
      case SPECIAL -> shared(caller, user, Permission.EMOTE_SET_MANAGE_SPECIAL, "special");
      case NORMAL -> owned(caller, set, Bit.EMOTE_SET_MANAGE, "emote sets");
      case PERSONAL -> owned(caller, set, Bit.USER_PERSONAL_EMOTE_SET, "personal emote set");
    };
  }

  /**
   * Checks that the caller may create a set for {@code ownerId}.
   *
   * @return the owner
   */
  LoadedUser checkCreate(Caller caller, Id ownerId) {
    LoadedUser user = caller.requireUser();
    LoadedUser owner =
        ApiException.found(caller.is(ownerId) ? user : users.fullById(ownerId), "user not found");
    boolean manageAny = caller.has(Permission.EMOTE_SET_MANAGE_ANY);
    if (!owner.permissions().has(Permission.EMOTE_SET_MANAGE) && !manageAny) {
      throw ApiException.forbidden("this user does not have permission to create emote sets");
    }
    if (!caller.is(ownerId) && !manageAny) {
      requireEditor(
          user.id(),
          ownerId,
          Bit.EMOTE_SET_CREATE,
          "you do not have permission to create emote sets for this user");
    }
    return owner;
  }

  private static LoadedUser shared(
      Caller caller, LoadedUser user, Permission permission, String kind) {
    if (!caller.has(permission)) {
      throw ApiException.forbidden(
          "this user does not have permission to manage " + kind + " emote sets");
    }
    return user;
  }

  private LoadedUser owned(Caller caller, EmoteSet set, Bit editorBit, String what) {
    Id ownerId = set.ownerId();
    LoadedUser owner =
        ApiException.found(ownerId == null ? null : owner(caller, ownerId), "owner not found");
    if (set.kind() == EmoteSet.Kind.PERSONAL
        && !owner.permissions().has(Permission.USER_USE_PERSONAL_EMOTE_SET)) {
      throw ApiException.forbidden("this user does not have permission to use personal emote sets");
    }
    String refusal = "you do not have permission to manage this user's " + what;
    boolean manageAny = caller.has(Permission.EMOTE_SET_MANAGE_ANY);
    if (!owner.permissions().has(Permission.EMOTE_SET_MANAGE) && !manageAny) {
      throw ApiException.forbidden(refusal);
    }
    if (!caller.is(owner.id()) && !manageAny) {
      requireEditor(caller.requireUser().id(), owner.id(), editorBit, refusal);
    }
    return owner;
  }

  private @Nullable LoadedUser owner(Caller caller, Id ownerId) {
    return caller.is(ownerId) ? caller.requireUser() : users.fullById(ownerId);
  }

  private void requireEditor(Id editor, Id owner, Bit bit, String refusal) {
    UserEditor row = editors.find(owner, editor);
    if (row == null) {
      throw ApiException.forbidden("you are not an editor for this user");
    }
    if (!Editors.grants(row, bit)) {
      throw ApiException.forbidden(refusal);
    }
  }
}
