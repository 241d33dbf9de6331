package app.seventv.api.sets;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.EmoteSet;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;

/**
 * The frame of every change of a set: guard, rate limit, right to the set, lease, transaction. The
 * set is read again inside the transaction, and that copy is judged.
 */
public final class SetChanges {
  private final Store store;
  private final SetAccess access;
  private final Mutations mutations;

  public SetChanges(Store store, SetAccess access, Mutations mutations) {
    this.store = store;
    this.access = access;
    this.mutations = mutations;
  }

  /** What happens to the set. */
  interface Body<T> {
    /**
     * Runs inside the transaction.
     *
     * @param limits the user whose limits count
     */
    T run(Transaction transaction, EmoteSet current, LoadedUser limits);
  }

  <T> T run(RequestContext context, EmoteSet loaded, Body<T> body) {
    LoadedUser limits = authorize(context, loaded);
    return mutations.change(
        Mutations.Target.EMOTE_SET,
        loaded.id(),
        transaction -> {
          EmoteSet current = store.emoteSets().byId(transaction.session(), loaded.id());
          if (current == null) {
            throw new ApiException(404, ErrorCode.BAD_REQUEST, "emote set not found");
          }
          return body.run(transaction, current, limits);
        });
  }

  /** The checks before the lease; returns the user whose limits count. */
  LoadedUser authorize(RequestContext context, EmoteSet set) {
    context.caller().guard(Permission.EMOTE_SET_MANAGE);
    context.charge(RateLimitResource.EMOTE_SET_CHANGE);
    return access.check(context.caller(), set);
  }
}
