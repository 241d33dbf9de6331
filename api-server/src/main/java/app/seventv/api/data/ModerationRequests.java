package app.seventv.api.data;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteModerationRequest.Kind;
import app.seventv.model.EmoteModerationRequest.Status;
import app.seventv.model.Id;
import app.seventv.model.Permissions;
import app.seventv.model.Permissions.Limit;
import com.mongodb.client.ClientSession;
import com.mongodb.client.model.Filters;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Requests to list an emote or to allow it in personal sets (data-model.md §7.4). */
public final class ModerationRequests {
  private final Store store;
  private final RandomGenerator random;

  public ModerationRequests(Store store, RandomGenerator random) {
    this.store = store;
    this.random = random;
  }

  /**
   * Refuses a caller who has more pending requests than allowed (api-v4.md §7.2, §11.3).
   *
   * @param session transaction to count in, or null
   * @throws ApiException 400 LACKING_PRIVILEGES
   */
  public void checkLimit(@Nullable ClientSession session, Kind kind, Id user, Permissions limits) {
    Bson pending =
        Filters.and(
            Filters.eq("kind", kind.code()),
            Filters.eq("user_id", user.toBson()),
            Filters.eq("status", Status.PENDING.code()));
    var requests = store.collection(CollectionNames.EMOTE_MODERATION_REQUESTS);
    long count =
        session == null
            ? requests.countDocuments(pending)
            : requests.countDocuments(session, pending);
    Integer limit = limits.limit(Limit.EMOTE_MODERATION_REQUEST_LIMIT);
    if (count > (limit == null ? 0 : limit)) {
      throw new ApiException(
          400, ErrorCode.LACKING_PRIVILEGES, "too many pending moderation requests");
    }
  }

  /** Throws 400 when the caller may not upload more; see {@link #checkLimit}. */
  public void checkUploadLimit(Caller caller) {
    checkLimit(null, Kind.PUBLIC_LISTING, caller.requireUser().id(), caller.permissions());
  }

  /**
   * Inserts a pending request unless the emote has one of that kind already.
   *
   * @param permissions of the requester; they give the priority
   * @return the new request, or null if there was one
   */
  public @Nullable EmoteModerationRequest insertIfAbsent(
      Transaction transaction,
      Kind kind,
      Id emote,
      Id user,
      Permissions permissions,
      String reason) {
    Bson same =
        Filters.and(Filters.eq("kind", kind.code()), Filters.eq("emote_id", emote.toBson()));
    if (store.moderationRequests().findFirst(transaction.session(), same) != null) {
      return null;
    }
    Integer priority = permissions.limit(Limit.EMOTE_MODERATION_REQUEST_PRIORITY);
    EmoteModerationRequest request =
        new EmoteModerationRequest(
            Id.generate(transaction.now().toEpochMilli(), random),
            user,
            kind,
            reason,
            emote,
            Status.PENDING,
            null,
            List.of(),
            priority == null ? 0 : priority,
            transaction.now(),
            null);
    transaction.insert(CollectionNames.EMOTE_MODERATION_REQUESTS, request);
    return request;
  }
}
