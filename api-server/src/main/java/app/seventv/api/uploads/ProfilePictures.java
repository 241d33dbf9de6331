package app.seventv.api.uploads;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Editors;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.ProfilePictureChange;
import app.seventv.model.imageprocessor.EventCallback;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bson.BsonDateTime;
import org.bson.conversions.Bson;

/** Own profile pictures: upload and what becomes of them (api-v3.md §7.7, api-v4.md §15.2). */
public final class ProfilePictures implements ResultHandler {
  private static final String PENDING = "style.pending_profile_picture";

  private final Store store;
  private final UserLoader users;
  private final Editors editors;
  private final Mutations mutations;
  private final ImageTasks tasks;
  private final ImageProcessor processor;
  private final InstantSource clock;
  private final RandomGenerator random;

  public ProfilePictures(
      Store store,
      UserLoader users,
      Editors editors,
      Mutations mutations,
      ImageTasks tasks,
      ImageProcessor processor,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.users = users;
    this.editors = editors;
    this.mutations = mutations;
    this.tasks = tasks;
    this.processor = processor;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Hands the image to the processor and notes it as the user's next picture.
   *
   * @return id of the picture
   */
  @Operation(
      value = "PUT /v3/users/{id}/profile-picture",
      who =
          "oneself, an editor with User.ManageProfile, or User.ManageAny; the target needs User.UseCustomProfilePicture")
  public Id upload(RequestContext context, Id userId, byte[] image) {
    Caller caller = context.caller();
    Id actor = caller.requireUser().id();
    LoadedUser user = ApiException.found(users.fullById(userId), "user not found");
    if (!user.permissions().has(Permission.USER_USE_CUSTOM_PROFILE_PICTURE)) {
      throw ApiException.forbidden("user cannot set custom profile picture");
    }
    if (!caller.is(userId)
        && !caller.has(Permission.USER_MANAGE_ANY)
        && !Editors.grants(editors.find(userId, actor), Bit.USER_PROFILE)) {
      throw ApiException.forbidden("user cannot edit other user's profile picture");
    }
    requireNonePending(user.user());
    context.charge(RateLimitResource.PROFILE_PICTURE_UPLOAD);
    Id id = Id.generate(clock.millis(), random);
    ImageSet.Pending pending =
        processor.submit(
            tasks.profilePicture(userId, id, caller.ip(), image),
            ErrorCode.IMAGE_PROCESSOR_ERROR,
            "failed to upload profile picture");
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          User current =
              ApiException.found(
                  store.users().byId(transaction.session(), userId), "user not found");
          requireNonePending(current);
          transaction.insert(
              CollectionNames.USER_PROFILE_PICTURES,
              new UserProfilePicture(
                  id, userId, new ImageSet(pending, List.of()), transaction.now()));
          updateUser(transaction, userId, Updates.set(PENDING, id.toBson()));
          return id;
        });
  }

  private static void requireNonePending(User user) {
    if (user.style().pendingProfilePicture() != null) {
      throw new ApiException(
          409, ErrorCode.MUTATION_ERROR, "profile picture change already pending");
    }
  }

  @Override
  public void handle(List<Id> ids, EventCallback callback) {
    Id id = ids.getFirst();
    UserProfilePicture known = store.profilePictures().byId(id);
    if (known == null) {
      throw new IllegalStateException("image result for unknown profile picture");
    }
    mutations.change(
        Mutations.Target.USER,
        known.userId(),
        transaction -> {
          UserProfilePicture picture = apply(transaction, known, callback);
          transaction.emit(
              null,
              null,
              new EntityEvent.OfProfilePicture(
                  picture,
                  new ProfilePictureChange.ImageProcessing(ProcessedImages.step(callback))));
          return true;
        });
  }

  /** A cancelled picture is no longer pending either (P5). */
  private UserProfilePicture apply(
      Transaction transaction, UserProfilePicture picture, EventCallback callback) {
    Bson same = Filters.eq("_id", picture.id().toBson());
    return switch (callback.getEventCase()) {
      case SUCCESS -> succeed(transaction, picture, same, callback.getSuccess());
      case FAIL, CANCEL -> {
        transaction.delete(CollectionNames.USER_PROFILE_PICTURES, same);
        settle(transaction, picture);
        yield picture;
      }
      default -> picture;
    };
  }

  private UserProfilePicture succeed(
      Transaction transaction,
      UserProfilePicture picture,
      Bson same,
      EventCallback.Success success) {
    UserProfilePicture done =
        new UserProfilePicture(
            picture.id(), picture.userId(), ProcessedImages.of(success), transaction.now());
    store
        .collection(CollectionNames.USER_PROFILE_PICTURES)
        .updateOne(
            transaction.session(),
            same,
            Updates.combine(
                Updates.set("image_set", done.imageSet().toBson()),
                Updates.set("updated_at", new BsonDateTime(transaction.now().toEpochMilli()))));
    settle(
        transaction, picture, Updates.set("style.active_profile_picture", picture.id().toBson()));
    return done;
  }

  /** The picture waits no longer; a user who has chosen another one meanwhile is left alone. */
  private static void settle(Transaction transaction, UserProfilePicture picture, Bson... changes) {
    transaction.updateMany(
        CollectionNames.USERS,
        Filters.and(
            Filters.eq("_id", picture.userId().toBson()),
            Filters.eq(PENDING, picture.id().toBson())),
        Updates.combine(Updates.set(PENDING, null), Updates.combine(changes)));
  }

  private static void updateUser(Transaction transaction, Id userId, Bson change) {
    transaction.update(CollectionNames.USERS, Filters.eq("_id", userId.toBson()), change);
  }
}
