package app.seventv.api.data;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteModerationRequest.Kind;
import app.seventv.model.EmoteModerationRequest.Status;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.RateLimitResource;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.ModerationRequestChange;
import com.mongodb.client.ClientSession;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Requests to list an emote or to allow it in personal sets (data-model.md §7.4). */
public final class ModerationRequests {
  private final Store store;
  private final Transactions transactions;
  private final RandomGenerator random;

  public ModerationRequests(Store store, Transactions transactions, RandomGenerator random) {
    this.store = store;
    this.transactions = transactions;
    this.random = random;
  }

  /**
   * Refuses a caller who has more pending requests than allowed, those of this transaction counted
   * (api-v4.md §11.3).
   *
   * @throws ApiException 400 LACKING_PRIVILEGES
   */
  public void checkLimit(ClientSession session, Kind kind, Id user, Permissions limits) {
    check(session, kind, user, limits, 0);
  }

  private void check(
      @Nullable ClientSession session, Kind kind, Id user, Permissions limits, int planned) {
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
    if (count + planned > (limit == null ? 0 : limit)) {
      throw new ApiException(
          400, ErrorCode.LACKING_PRIVILEGES, "too many pending moderation requests");
    }
  }

  /**
   * Refuses an upload that would lead to one more pending request than allowed (api-v4.md §7.2).
   *
   * @throws ApiException 400 LACKING_PRIVILEGES
   */
  public void checkUploadLimit(Caller caller) {
    check(null, Kind.PUBLIC_LISTING, caller.requireUser().id(), caller.permissions(), 1);
  }

  /**
   * Inserts a pending request unless the emote has one of that kind already.
   *
   * @param permissions of the requester; they give the priority
   * @param country where the requester is, null when unknown
   * @return the new request, or null if there was one
   */
  public @Nullable EmoteModerationRequest insertIfAbsent(
      Transaction transaction,
      Kind kind,
      Id emote,
      Id user,
      Permissions permissions,
      String reason,
      @Nullable String country) {
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
            country,
            List.of(),
            priority == null ? 0 : priority,
            transaction.now(),
            null);
    transaction.insert(CollectionNames.EMOTE_MODERATION_REQUESTS, request);
    return request;
  }

  /**
   * Answers the pending requests of an emote.
   *
   * @param kind null for all kinds
   */
  public void settle(
      Transaction transaction, Caller caller, Id emote, @Nullable Kind kind, Status status) {
    Bson pending =
        Filters.and(
            Filters.eq("emote_id", emote.toBson()),
            Filters.eq("status", Status.PENDING.code()),
            kind == null ? Filters.empty() : Filters.eq("kind", kind.code()));
    store
        .moderationRequests()
        .find(transaction.session(), pending)
        .forEach(request -> changeStatus(transaction, caller, request, status));
  }

  /**
   * Answers requests, whatever their emotes look like; unknown ids are left out.
   *
   * @return how many were found
   */
  @Operation(value = "Mutation.readMessages", needs = Permission.EMOTE_MODERATION_REQUEST_MANAGE)
  public int answer(RequestContext context, Collection<Id> ids, Status status) {
    Caller caller = context.caller();
    caller.guard(Permission.EMOTE_MODERATION_REQUEST_MANAGE);
    caller.requireUser();
    Bson chosen = Filters.in("_id", ids.stream().map(Id::toBson).toList());
    return transactions.run(transaction -> {
      List<EmoteModerationRequest> found =
          store.moderationRequests().find(transaction.session(), chosen);
      found.forEach(request -> changeStatus(transaction, caller, request, status));
      return found.size();
    });
  }

  private static void changeStatus(
      Transaction transaction, Caller caller, EmoteModerationRequest request, Status status) {
    BsonDocument after =
        transaction.update(
            CollectionNames.EMOTE_MODERATION_REQUESTS,
            Filters.eq("_id", request.id().toBson()),
            Updates.set("status", status.code()));
    transaction.emit(
        caller,
        new EntityEvent.OfModerationRequest(
            EmoteModerationRequest.fromBson(Objects.requireNonNull(after)),
            new ModerationRequestChange.ChangeStatus(request.status().code(), status.code())));
  }

  /** A page of requests and the number of all that match. */
  public record Page(List<EmoteModerationRequest> items, long total) {}

  /**
   * The queue of the moderators: pending requests, the most important first, then the oldest.
   *
   * @param countries ISO codes, empty for all
   */
  public Page pending(
      RequestContext context, Kind kind, List<String> countries, int page, int perPage) {
    context.caller().guard(Permission.EMOTE_MODERATION_REQUEST_MANAGE);
    context.charge(RateLimitResource.SEARCH);
    Bson matching =
        Filters.and(
            Filters.eq("status", Status.PENDING.code()),
            Filters.eq("kind", kind.code()),
            countries.isEmpty() ? Filters.empty() : Filters.in("country_code", countries));
    return new Page(
        store
            .moderationRequests()
            .page(
                matching,
                Sorts.orderBy(Sorts.descending("priority"), Sorts.ascending("_id")),
                (page - 1) * perPage,
                perPage),
        store.collection(CollectionNames.EMOTE_MODERATION_REQUESTS).countDocuments(matching));
  }
}
