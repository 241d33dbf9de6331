package app.seventv.api.uploads;

import app.seventv.api.common.Countries;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.bus.EmoteChange;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.ModerationRequestChange;
import app.seventv.model.bus.ProcessEvent;
import app.seventv.model.imageprocessor.EventCallback;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** What becomes of an emote when its image is done (api-v4.md §15.2). */
public final class EmoteResults implements ResultHandler {
  private final Store store;
  private final UserLoader users;
  private final Mutations mutations;
  private final ModerationRequests moderation;
  private final Countries countries;
  private final Consumer<List<String>> purge;

  /**
   * @param countries of the addresses that uploads came from
   * @param purge gets the object keys of files that a success replaced
   */
  public EmoteResults(
      Store store,
      UserLoader users,
      Mutations mutations,
      ModerationRequests moderation,
      Countries countries,
      Consumer<List<String>> purge) {
    this.store = store;
    this.users = users;
    this.mutations = mutations;
    this.moderation = moderation;
    this.countries = countries;
    this.purge = purge;
  }

  /**
   * Applies one result.
   *
   * @throws IllegalStateException if the emote is unknown, maybe because it is not stored yet
   */
  @Override
  public void handle(List<Id> ids, EventCallback callback) {
    Id emoteId = ids.getFirst();
    List<String> replaced =
        mutations.change(
            Mutations.Target.EMOTE,
            emoteId,
            transaction -> {
              Emote emote = store.emotes().byId(transaction.session(), emoteId);
              if (emote == null) {
                throw new IllegalStateException("image result for unknown emote");
              }
              return apply(transaction, emote, callback);
            });
    if (!replaced.isEmpty()) {
      purge.accept(replaced);
    }
  }

  private List<String> apply(Transaction transaction, Emote emote, EventCallback callback) {
    return switch (callback.getEventCase()) {
      case SUCCESS -> succeed(transaction, emote, callback.getSuccess(), country(callback));
      case FAIL -> {
        fail(transaction, emote, ProcessedImages.step(callback));
        yield List.of();
      }
      case START, CANCEL -> {
        emit(transaction, emote, ProcessedImages.step(callback));
        yield List.of();
      }
      case EVENT_NOT_SET -> throw new IllegalArgumentException("callback without event");
    };
  }

  private @Nullable String country(EventCallback callback) {
    String ip = callback.getMetadataOrDefault("upload_ip", "");
    return NetUtil.isValidIpV4Address(ip) || NetUtil.isValidIpV6Address(ip)
        ? countries.of(InetAddress.ofLiteral(ip))
        : null;
  }

  private List<String> succeed(
      Transaction transaction,
      Emote emote,
      EventCallback.Success success,
      @Nullable String country) {
    ImageSet images = ProcessedImages.of(success);
    Image input = ((ImageSet.Processed) images.input()).image();
    List<Bson> changes = new ArrayList<>();
    changes.add(Updates.set("image_set", images.toBson()));
    changes.add(Updates.set("aspect_ratio", (double) input.width() / input.height()));
    if (images.outputs().stream().anyMatch(output -> output.frameCount() > 1)) {
      changes.add(Updates.set("flags", emote.flags() | Emote.FLAG_ANIMATED));
    }
    Emote after = update(transaction, emote, changes);
    if (!emote.hasFlags(Emote.FLAG_PUBLIC_LISTED) && !isGone(emote)) {
      requestListing(transaction, emote, country);
    }
    emit(transaction, after, new ProcessEvent(ProcessEvent.Step.SUCCESS, null, null));
    return emote.imageSet().outputs().stream().map(Image::path).toList();
  }

  /** Whoever deleted or merged it ended its requests, so none may come after them. */
  private static boolean isGone(Emote emote) {
    return emote.deleted() || emote.merged() != null;
  }

  private void requestListing(Transaction transaction, Emote emote, @Nullable String country) {
    LoadedUser owner = users.fullById(emote.ownerId());
    if (owner == null) {
      return;
    }
    EmoteModerationRequest filed =
        moderation.insertIfAbsent(
            transaction,
            EmoteModerationRequest.Kind.PUBLIC_LISTING,
            emote.id(),
            owner.id(),
            owner.permissions(),
            "New upload",
            country);
    if (filed != null) {
      transaction.emit(
          owner,
          null,
          new EntityEvent.OfModerationRequest(filed, new ModerationRequestChange.Create()));
    }
  }

  private void fail(Transaction transaction, Emote emote, ProcessEvent step) {
    Emote after = update(transaction, emote, List.of(Updates.set("deleted", true)));
    transaction.delete(
        CollectionNames.EMOTE_MODERATION_REQUESTS, Filters.eq("emote_id", emote.id().toBson()));
    emit(transaction, after, step);
  }

  private static Emote update(Transaction transaction, Emote emote, List<Bson> changes) {
    BsonDocument after =
        transaction.update(
            CollectionNames.EMOTES,
            Filters.eq("_id", emote.id().toBson()),
            changes.toArray(Bson[]::new));
    return Emote.fromBson(Objects.requireNonNull(after, "read in this transaction"));
  }

  private static void emit(Transaction transaction, Emote emote, ProcessEvent step) {
    transaction.emit(
        null, null, new EntityEvent.OfEmote(emote, new EmoteChange.ImageProcessing(step)));
  }
}
