package app.seventv.api.uploads;

import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.bus.BadgeChange;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.PaintChange;
import app.seventv.model.imageprocessor.EventCallback;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;

/** What becomes of paints and badges when their images are done (api-v4.md §15.2). */
public final class CosmeticResults {
  private final Store store;
  private final Mutations mutations;

  public CosmeticResults(Store store, Mutations mutations) {
    this.store = store;
    this.mutations = mutations;
  }

  /** Takes the result of a layer: ids of the paint and of the layer. */
  public void paintLayer(List<Id> ids, EventCallback callback) {
    Id paintId = ids.getFirst();
    mutations.change(
        Mutations.Target.PAINT,
        paintId,
        transaction -> {
          Paint paint = store.paints().byId(transaction.session(), paintId);
          if (paint == null) {
            throw new IllegalStateException("image result for unknown paint");
          }
          Paint after =
              callback.hasSuccess()
                  ? withImage(transaction, paint, ids.getLast(), callback.getSuccess())
                  : paint;
          transaction.emit(
              null,
              null,
              new EntityEvent.OfPaint(
                  after, new PaintChange.ImageProcessing(ProcessedImages.step(callback))));
          return true;
        });
  }

  private static Paint withImage(
      Transaction transaction, Paint paint, Id layerId, EventCallback.Success success) {
    List<Paint.Layer> layers = new ArrayList<>();
    for (Paint.Layer layer : paint.data().layers()) {
      layers.add(
          layer.id().equals(layerId)
              ? new Paint.Layer(
                  layerId, new Paint.ImageFill(ProcessedImages.of(success)), layer.opacity())
              : layer);
    }
    Paint.Data data = new Paint.Data(layers, paint.data().shadows());
    Bson change = Updates.set("data", data.toBson());
    return Paint.fromBson(update(transaction, CollectionNames.PAINTS, paint.id(), change));
  }

  /** Takes the result of a badge. */
  public void badge(List<Id> ids, EventCallback callback) {
    Id badgeId = ids.getFirst();
    mutations.change(
        Mutations.Target.BADGE,
        badgeId,
        transaction -> {
          Badge badge = store.badges().byId(transaction.session(), badgeId);
          if (badge == null) {
            throw new IllegalStateException("image result for unknown badge");
          }
          if (callback.hasSuccess()) {
            Bson change =
                Updates.set("image_set", ProcessedImages.of(callback.getSuccess()).toBson());
            badge = Badge.fromBson(update(transaction, CollectionNames.BADGES, badgeId, change));
          }
          transaction.emit(
              null,
              null,
              new EntityEvent.OfBadge(
                  badge, new BadgeChange.ImageProcessing(ProcessedImages.step(callback))));
          return true;
        });
  }

  private static BsonDocument update(
      Transaction transaction, String collection, Id id, Bson change) {
    return Objects.requireNonNull(
        transaction.update(collection, Filters.eq("_id", id.toBson()), change),
        "read in this transaction");
  }
}
