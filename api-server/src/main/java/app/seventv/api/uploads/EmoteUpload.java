package app.seventv.api.uploads;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.common.Validators;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Transactions;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.bus.EmoteChange;
import app.seventv.model.bus.EntityEvent;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/** A new emote, from either API (api-v4.md §7.2, api-v3.md §7.3). */
public final class EmoteUpload {
  /** Largest upload, for v4 the whole multipart body. */
  public static final int MAX_BODY_BYTES = 7 * 1024 * 1024;

  private final ImageTasks tasks;
  private final ImageProcessor processor;
  private final ModerationRequests moderation;
  private final Transactions transactions;
  private final InstantSource clock;
  private final RandomGenerator random;

  public EmoteUpload(
      ImageTasks tasks,
      ImageProcessor processor,
      ModerationRequests moderation,
      Transactions transactions,
      InstantSource clock,
      RandomGenerator random) {
    this.tasks = tasks;
    this.processor = processor;
    this.moderation = moderation;
    this.transactions = transactions;
    this.clock = clock;
    this.random = random;
  }

  /**
   * What the uploader says about the image.
   *
   * @param flags of {@link Emote#FLAG_DEFAULT_ZERO_WIDTH} and {@link Emote#FLAG_PRIVATE}
   */
  public record Metadata(String name, List<String> tags, int flags) {}

  /**
   * Refuses callers who may not upload at all; v3 asks this before it looks at the metadata.
   *
   * @throws ApiException 401 or 403
   */
  public static void authorize(Caller caller) {
    caller.requireUser();
    if (!caller.has(Permission.EMOTE_UPLOAD)) {
      throw ApiException.forbidden("you do not have permission to upload emotes");
    }
  }

  /**
   * Hands the image to the processor and stores the pending emote. Nothing is stored when a check
   * fails or the processor refuses the image.
   *
   * @return the stored emote
   */
  @Operation(value = "POST /v3/emotes", needs = Permission.EMOTE_UPLOAD)
  public Emote upload(RequestContext context, Metadata metadata, byte[] image) {
    Caller caller = context.caller();
    authorize(caller);
    LoadedUser user = caller.requireUser();
    if (!Validators.isEmoteName(metadata.name())) {
      throw ApiException.badRequest("invalid emote name");
    }
    if (!Validators.areTags(metadata.tags())) {
      throw ApiException.badRequest("invalid tags");
    }
    context.charge(RateLimitResource.PROFILE_PICTURE_UPLOAD);
    moderation.checkUploadLimit(caller);
    Id id = Id.generate(clock.millis(), random);
    ImageSet.Pending pending = processor.submit(tasks.emote(id, caller.ip(), image));
    return transactions.run(transaction -> {
      Emote emote =
          new Emote(
              id,
              user.id(),
              metadata.name(),
              metadata.tags(),
              new ImageSet(pending, List.of()),
              metadata.flags(),
              Emote.UNKNOWN_ASPECT_RATIO,
              List.of(),
              null,
              Emote.Scores.ZERO,
              false,
              transaction.now(),
              null);
      transaction.insert(CollectionNames.EMOTES, emote);
      transaction.emit(
          user, caller.sessionId(), new EntityEvent.OfEmote(emote, new EmoteChange.Upload()));
      return emote;
    });
  }
}
