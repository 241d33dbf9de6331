package app.seventv.api.sets;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.common.Validators;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.RateLimitResource;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Creation, description and deletion of emote sets (api-v4.md §11.3, api-v3.md §11.5). */
public final class EmoteSetService {
  private final Store store;
  private final SetAccess access;
  private final SetChanges changes;
  private final Mutations mutations;
  private final InstantSource clock;
  private final RandomGenerator random;

  public EmoteSetService(
      Store store,
      SetAccess access,
      SetChanges changes,
      Mutations mutations,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.access = access;
    this.changes = changes;
    this.mutations = mutations;
    this.clock = clock;
    this.random = random;
  }

  /**
   * The set an operation is about.
   *
   * @throws ApiException 404 LOAD_ERROR
   */
  public EmoteSet require(Id setId) {
    return ApiException.found(store.emoteSets().byId(setId), "emote set not found");
  }

  /** Creates an empty normal set. */
  @Operation(
      value = {"Mutation.createEmoteSet", "EmoteSetMutation.create"},
      needs = Permission.EMOTE_SET_MANAGE,
      who =
          "oneself, an editor with EmoteSet.Create, or EmoteSet.ManageAny; the owner's limits count")
  public EmoteSet create(
      RequestContext context, String name, List<String> tags, @Nullable Id ownerId) {
    Caller caller = context.caller();
    caller.guard(Permission.EMOTE_SET_MANAGE);
    context.charge(RateLimitResource.EMOTE_SET_CREATE);
    if (!Validators.isName(name)) {
      throw ApiException.badRequest("invalid name");
    }
    if (!Validators.areTags(tags)) {
      throw ApiException.badRequest("invalid tags");
    }
    LoadedUser user = caller.requireUser();
    LoadedUser owner = access.checkCreate(caller, ownerId == null ? user.id() : ownerId);
    Integer capacity = owner.permissions().limit(Limit.EMOTE_SET_CAPACITY);
    if (capacity == null || capacity <= 0) {
      throw new ApiException(
          400,
          ErrorCode.LACKING_PRIVILEGES,
          "maximum emote set capacity is 0, cannot create emote set");
    }
    // Sets that are made at the same time would each count those from before.
    return mutations.change(
        Mutations.Target.USER,
        owner.id(),
        transaction -> {
          checkSetLimit(transaction, owner);
          EmoteSet set =
              new EmoteSet(
                  Id.generate(clock.millis(), random),
                  name,
                  null,
                  tags,
                  List.of(),
                  capacity,
                  owner.id(),
                  null,
                  EmoteSet.Kind.NORMAL,
                  false,
                  transaction.now(),
                  null);
          transaction.insert(CollectionNames.EMOTE_SETS, set);
          transaction.emit(
              user,
              caller.sessionId(),
              new EntityEvent.OfEmoteSet(set, new EmoteSetChange.Create()));
          return set;
        });
  }

  private void checkSetLimit(Transaction transaction, LoadedUser owner) {
    Integer limit = owner.permissions().limit(Limit.EMOTE_SET_LIMIT);
    long owned =
        store
            .collection(CollectionNames.EMOTE_SETS)
            .countDocuments(transaction.session(), Filters.eq("owner_id", owner.id().toBson()));
    if (owned >= (limit == null ? 0 : limit)) {
      throw new ApiException(400, ErrorCode.LACKING_PRIVILEGES, "maximum emote set limit reached");
    }
  }

  /**
   * What to change about a set; null leaves a part as it is.
   *
   * @param capacity at least 1
   */
  public record Edit(
      @Nullable String name, @Nullable Integer capacity, @Nullable List<String> tags) {}

  /** Renames or resizes a set, within the limits of its owner. */
  @Operation(
      value = {
        "EmoteSetOps.update",
        "EmoteSetOperation.name",
        "EmoteSetOperation.capacity",
        "EmoteSetOperation.tags"
      },
      needs = Permission.EMOTE_SET_MANAGE,
      who =
          "the owner, an editor with EmoteSet.Manage, or EmoteSet.ManageAny; shared sets EmoteSet.ManageGlobal or ManageSpecial")
  public EmoteSet edit(RequestContext context, EmoteSet set, Edit edit) {
    if (edit.name() != null && !Validators.isName(edit.name())) {
      throw ApiException.badRequest("invalid name");
    }
    if (edit.tags() != null && !Validators.areTags(edit.tags())) {
      throw ApiException.badRequest("invalid tags");
    }
    return changes.run(
        context,
        set,
        (transaction, current, limits) ->
            apply(transaction, context.caller(), current, limits, edit));
  }

  private static EmoteSet apply(
      Transaction transaction, Caller caller, EmoteSet before, LoadedUser limits, Edit edit) {
    List<Bson> writes = new ArrayList<>();
    List<EmoteSetChange> made = new ArrayList<>();
    if (edit.name() != null && !edit.name().equals(before.name())) {
      writes.add(Updates.set("name", edit.name()));
      made.add(new EmoteSetChange.ChangeName(before.name(), edit.name()));
    }
    if (edit.tags() != null && !edit.tags().equals(before.tags())) {
      writes.add(Updates.set("tags", edit.tags()));
      made.add(new EmoteSetChange.ChangeTags(before.tags(), edit.tags()));
    }
    Integer capacity = edit.capacity();
    if (capacity != null) {
      checkCapacity(before, capacity, limits);
      writes.add(Updates.set("capacity", capacity));
      made.add(new EmoteSetChange.ChangeCapacity(before.capacity(), capacity));
    }
    if (writes.isEmpty()) {
      return before;
    }
    BsonDocument document =
        transaction.update(
            CollectionNames.EMOTE_SETS,
            Filters.eq("_id", before.id().toBson()),
            writes.toArray(Bson[]::new));
    EmoteSet after =
        EmoteSet.fromBson(Objects.requireNonNull(document, "read in this transaction"));
    made.forEach(change -> transaction.emit(caller, new EntityEvent.OfEmoteSet(after, change)));
    return after;
  }

  private static void checkCapacity(EmoteSet set, int capacity, LoadedUser limits) {
    if (capacity < set.emotes().size()) {
      throw ApiException.badRequest(
          "emote set capacity cannot be less than the number of emotes in it");
    }
    Limit limit =
        set.kind() == EmoteSet.Kind.PERSONAL
            ? Limit.PERSONAL_EMOTE_SET_CAPACITY
            : Limit.EMOTE_SET_CAPACITY;
    Integer most = limits.permissions().limit(limit);
    if (capacity > (most == null ? 0 : most)) {
      throw new ApiException(
          400, ErrorCode.LACKING_PRIVILEGES, "emote set capacity exceeds the allowed maximum");
    }
  }

  /**
   * Deletes a normal set. Channels that show it show nothing then.
   *
   * @return false if it was gone already
   */
  @Operation(
      value = {"EmoteSetOps.delete", "EmoteSetOperation.delete"},
      needs = Permission.EMOTE_SET_MANAGE,
      who = "as EmoteSetOps.update; normal sets only")
  public boolean delete(RequestContext context, EmoteSet set) {
    if (set.kind() != EmoteSet.Kind.NORMAL) {
      changes.authorize(context, set);
      throw new ApiException(
          400, ErrorCode.LACKING_PRIVILEGES, "only normal emote sets can be deleted");
    }
    return changes.run(
        context,
        set,
        (transaction, current, limits) -> {
          Bson same = Filters.eq("_id", current.id().toBson());
          boolean found = transaction.delete(CollectionNames.EMOTE_SETS, same) > 0;
          transaction.updateMany(
              CollectionNames.USERS,
              Filters.eq("style.active_emote_set_id", current.id().toBson()),
              Updates.set("style.active_emote_set_id", null));
          transaction.emit(
              context.caller(), new EntityEvent.OfEmoteSet(current, new EmoteSetChange.Delete()));
          return found;
        });
  }
}
