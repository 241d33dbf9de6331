package app.seventv.api.users;

import app.seventv.api.accounts.Sessions;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserSession;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserSessionChange;
import com.mongodb.client.model.Filters;
import java.time.Instant;
import java.util.List;

/** Sessions as their users and administrators see them (api-v4.md §11.4). */
public final class SessionService {
  private final Store store;
  private final UserLoader users;
  private final Sessions sessions;
  private final Mutations mutations;

  public SessionService(Store store, UserLoader users, Sessions sessions, Mutations mutations) {
    this.store = store;
    this.users = users;
    this.sessions = sessions;
    this.mutations = mutations;
  }

  /**
   * Ends all sessions of a user but the one that asks.
   *
   * @return how many there were
   */
  @Operation(
      value = "UserOperation.deleteAllSessions",
      who = "oneself, or User.ManageSessions",
      noConflict = "does the same however often")
  public int deleteAll(RequestContext context, Id userId) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_CONNECTIONS);
    caller.requireUser();
    if (!caller.is(userId) && !caller.has(Permission.USER_MANAGE_SESSIONS)) {
      throw ApiException.forbidden("you do not have permission to modify connections");
    }
    return mutations.create(transaction -> {
      List<UserSession> ended =
          store
              .sessions()
              .find(transaction.session(), Filters.eq("user_id", userId.toBson()))
              .stream()
              .filter(session -> !session.id().equals(caller.sessionId()))
              .toList();
      for (UserSession session : ended) {
        transaction.delete(CollectionNames.USER_SESSIONS, Filters.eq("_id", session.id().toBson()));
        transaction.emit(
            caller, new EntityEvent.OfUserSession(session, new UserSessionChange.Delete()));
      }
      return ended.size();
    });
  }

  /**
   * Starts a session in somebody's name; nobody gets more rights that way than they have.
   *
   * @return its token
   */
  @Operation(
      value = "UserSessionMutation.create",
      needs = Permission.USER_MANAGE_SESSIONS,
      who = "users up to the own permissions",
      noConflict = "every session is a new one")
  public String create(RequestContext context, Id userId, Instant expiresAt) {
    Caller caller = context.caller();
    caller.requireUser();
    if (!caller.has(Permission.USER_MANAGE_SESSIONS)) {
      throw ApiException.forbidden("lacking privileges");
    }
    LoadedUser user = ApiException.found(users.fullById(userId), "user not found");
    if (!caller.permissions().isSupersetOf(user.permissions())) {
      throw ApiException.forbidden("lacking privileges");
    }
    return mutations.create(
        transaction -> sessions.createFor(transaction, caller, user, expiresAt).token());
  }
}
