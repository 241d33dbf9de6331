package app.seventv.api.accounts;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Editors;
import app.seventv.api.data.Leases;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transactions;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** Chooses the emote set that a user's channels show (api-v4.md §11.4, activeEmoteSet). */
public final class ActiveSet {
  private static final String REFUSAL = "you do not have permission to modify the active emote set";

  private final Store store;
  private final UserLoader users;
  private final Editors editors;
  private final Transactions transactions;
  private final Leases leases;

  public ActiveSet(
      Store store, UserLoader users, Editors editors, Transactions transactions, Leases leases) {
    this.store = store;
    this.users = users;
    this.editors = editors;
    this.transactions = transactions;
    this.leases = leases;
  }

  /**
   * Sets or clears the active set.
   *
   * @param setId the new set, null for none
   * @return the user after the change
   * @throws ApiException 401, 403, 404 or 400 with the exact text
   */
  public LoadedUser change(RequestContext context, User target, @Nullable Id setId) {
    Caller caller = context.caller();
    LoadedUser actor = caller.requireUser();
    context.charge(RateLimitResource.USER_CHANGE_CONNECTIONS);
    checkGate(caller, target.id());
    EmoteSet chosen = setId == null ? null : requireNormal(setId);
    User changed =
        leases.hold(
            Leases.key("user", target.id()),
            lease ->
                transactions.run(
                    lease,
                    transaction -> {
                      User before = store.users().byId(transaction.session(), target.id());
                      BsonDocument after =
                          transaction.update(
                              CollectionNames.USERS,
                              Filters.eq("_id", target.id().toBson()),
                              Updates.set(
                                  "style.active_emote_set_id",
                                  setId == null ? null : setId.toBson()));
                      if (before == null || after == null) {
                        throw ApiException.notFound("user not found");
                      }
                      Id oldId = before.style().activeEmoteSetId();
                      EmoteSet old = oldId == null ? null : store.emoteSets().byId(oldId);
                      User user = User.fromBson(after);
                      transaction.emit(
                          actor,
                          caller.sessionId(),
                          new EntityEvent.OfUser(
                              user, new UserChange.ChangeActiveEmoteSet(old, chosen)));
                      return user;
                    }));
    LoadedUser loaded = users.fast(List.of(changed)).get(changed.id());
    if (loaded == null) {
      throw ApiException.notFound("user not found");
    }
    return loaded;
  }

  private EmoteSet requireNormal(Id setId) {
    EmoteSet set = store.emoteSets().byId(setId);
    if (set == null) {
      throw ApiException.notFound("emote set not found");
    }
    if (set.kind() != EmoteSet.Kind.NORMAL) {
      throw ApiException.badRequest("emote set is not a normal set");
    }
    return set;
  }

  private void checkGate(Caller caller, Id target) {
    if (caller.is(target) || caller.has(Permission.USER_MANAGE_ANY)) {
      return;
    }
    UserEditor row = editors.find(target, caller.requireUser().id());
    if (row == null) {
      throw ApiException.forbidden(REFUSAL);
    }
    if (!Editors.grants(row, EditorPermissions.Bit.USER_PROFILE)) {
      throw ApiException.forbidden(REFUSAL + ", you need the ManageProfile permission");
    }
  }
}
