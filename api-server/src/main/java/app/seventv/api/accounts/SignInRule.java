package app.seventv.api.accounts;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.LoadedUser;
import app.seventv.model.Id;
import app.seventv.model.Permission;

/**
 * Who may sign in, and stay so.
 *
 * @param blockingRole whoever holds it may not (data-model.md §2.6)
 */
public record SignInRule(Id blockingRole) {
  /** Whether no ban or role forbids it. */
  public boolean allows(LoadedUser user) {
    return user.permissions().has(Permission.USER_LOGIN) && !isBlocked(user);
  }

  /**
   * As {@link #allows}.
   *
   * @throws ApiException 403 if it is forbidden
   */
  void require(LoadedUser user) {
    if (!user.permissions().has(Permission.USER_LOGIN)) {
      throw ApiException.forbidden("not allowed to login");
    }
    if (isBlocked(user)) {
      throw ApiException.forbidden("you are banned from using this service");
    }
  }

  private boolean isBlocked(LoadedUser user) {
    return user.roleIds().contains(blockingRole);
  }
}
