package app.seventv.api.common;

import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.UserSession;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request.
 *
 * @param user null when anonymous
 * @param session the login session, null when anonymous
 * @param permissions the user's, or those of the default group
 * @param ip client address
 */
public record Caller(
    @Nullable LoadedUser user,
    @Nullable UserSession session,
    Permissions permissions,
    InetAddress ip) {

  /** Somebody without a session. */
  public static Caller anonymous(Permissions defaults, InetAddress ip) {
    return new Caller(null, null, defaults, ip);
  }

  /** Somebody with a valid session. */
  public static Caller of(LoadedUser user, UserSession session, InetAddress ip) {
    return new Caller(user, session, user.permissions(), ip);
  }

  /**
   * The signed-in user.
   *
   * @throws ApiException 401 when anonymous
   */
  public LoadedUser requireUser() {
    if (user == null) {
      throw ApiException.loginRequired();
    }
    return user;
  }

  public boolean has(Permission permission) {
    return permissions.has(permission);
  }

  /**
   * Guard of an operation; judges anonymous callers by the default permissions.
   *
   * @throws ApiException 403 with the fixed guard text (api-v4.md §5.3)
   */
  public void guard(Permission permission) {
    if (!has(permission)) {
      throw ApiException.forbidden("you do not have permission to use this endpoint");
    }
  }

  public @Nullable Id userId() {
    return user == null ? null : user.id();
  }

  public @Nullable Id sessionId() {
    return session == null ? null : session.id();
  }

  public boolean is(Id id) {
    return id.equals(userId());
  }

  /** Whether a user is visible to this caller (api-v4.md §6.5). */
  public boolean canSee(LoadedUser other) {
    return !other.isHidden() || is(other.id()) || has(Permission.USER_VIEW_HIDDEN);
  }
}
