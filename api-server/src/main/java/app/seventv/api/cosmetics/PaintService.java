package app.seventv.api.cosmetics;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.uploads.ImageProcessor;
import app.seventv.api.uploads.ImageTasks;
import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.Paint;
import app.seventv.model.Permission;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.PaintChange;
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

/** Paints, which the old API shows as one layer (api-v3.md §11.5, §13.5). */
public final class PaintService {
  private final Store store;
  private final Mutations mutations;
  private final PaintImages images;
  private final ImageTasks tasks;
  private final ImageProcessor processor;
  private final InstantSource clock;
  private final RandomGenerator random;

  public PaintService(
      Store store,
      Mutations mutations,
      PaintImages images,
      ImageTasks tasks,
      ImageProcessor processor,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.mutations = mutations;
    this.images = images;
    this.tasks = tasks;
    this.processor = processor;
    this.clock = clock;
    this.random = random;
  }

  /**
   * How a paint shall look.
   *
   * @param gradient what fills it, null for an image
   * @param imageUrl address of the image, if it is one
   */
  public record Definition(
      String name,
      Paint.@Nullable Fill gradient,
      @Nullable String imageUrl,
      List<Paint.Shadow> shadows) {}

  /** Creates a paint; an image is processed in the background. */
  @Operation(
      value = "Mutation.createCosmeticPaint",
      noConflict = "every paint is a new one",
      needs = Permission.PAINT_MANAGE)
  public Paint create(RequestContext context, Definition definition) {
    Caller caller = context.caller();
    caller.guard(Permission.PAINT_MANAGE);
    LoadedUser actor = caller.requireUser();
    Id id = Id.generate(clock.millis(), random);
    Paint.Data data = data(id, definition);
    return mutations.create(transaction -> {
      Paint paint =
          new Paint(
              id, definition.name(), null, List.of(), data, actor.id(), transaction.now(), null);
      transaction.insert(CollectionNames.PAINTS, paint);
      transaction.emit(caller, new EntityEvent.OfPaint(paint, new PaintChange.Create()));
      return paint;
    });
  }

  /** Gives a paint another look; refused while its image is being processed. */
  @Operation(value = "CosmeticOps.updatePaint", needs = Permission.PAINT_MANAGE)
  public Paint update(RequestContext context, Id paintId, Definition definition) {
    Caller caller = context.caller();
    caller.guard(Permission.PAINT_MANAGE);
    caller.requireUser();
    requireSettled(store.paints().byId(paintId));
    Paint.Data data = data(paintId, definition);
    return mutations.change(
        Mutations.Target.PAINT,
        paintId,
        transaction -> {
          Paint before = requireSettled(store.paints().byId(transaction.session(), paintId));
          return apply(transaction, caller, before, definition.name(), data);
        });
  }

  private static Paint apply(
      Transaction transaction, Caller caller, Paint before, String name, Paint.Data data) {
    List<Bson> writes = new ArrayList<>();
    List<PaintChange> changes = new ArrayList<>();
    if (!name.equals(before.name())) {
      writes.add(Updates.set("name", name));
      changes.add(new PaintChange.ChangeName(before.name(), name));
    }
    if (!withoutIds(data).equals(withoutIds(before.data()))) {
      writes.add(Updates.set("data", data.toBson()));
      changes.add(new PaintChange.ChangeData(before.data(), data));
    }
    if (writes.isEmpty()) {
      return before;
    }
    BsonDocument document =
        transaction.update(
            CollectionNames.PAINTS,
            Filters.eq("_id", before.id().toBson()),
            writes.toArray(Bson[]::new));
    Paint after = Paint.fromBson(Objects.requireNonNull(document, "read in this transaction"));
    changes.forEach(change -> transaction.emit(caller, new EntityEvent.OfPaint(after, change)));
    return after;
  }

  /** Layers get new ids with every definition, which is no difference. */
  private static Paint.Data withoutIds(Paint.Data data) {
    return new Paint.Data(
        data.layers().stream()
            .map(layer -> new Paint.Layer(Id.NIL, layer.fill(), layer.opacity()))
            .toList(),
        data.shadows());
  }

  private Paint.Data data(Id paintId, Definition definition) {
    Id layerId = Id.generate(clock.millis(), random);
    Paint.Fill fill = definition.gradient();
    if (fill == null) {
      byte[] image = images.fetch(definition.imageUrl());
      ImageSet.Pending pending =
          processor.submit(
              tasks.paintLayer(paintId, layerId, image),
              ErrorCode.IMAGE_PROCESSOR_ERROR,
              "failed to upload paint image");
      fill = new Paint.ImageFill(new ImageSet(pending, List.of()));
    }
    return new Paint.Data(List.of(new Paint.Layer(layerId, fill, 1)), definition.shadows());
  }

  private static Paint requireSettled(@Nullable Paint paint) {
    if (paint == null) {
      throw ApiException.notFound("paint not found");
    }
    boolean pending =
        paint.data().layers().stream()
            .anyMatch(layer ->
                layer.fill() instanceof Paint.ImageFill image && image.imageSet().isPending());
    if (pending) {
      throw ApiException.conflict("the image of this paint is being processed");
    }
    return paint;
  }

  /** What came of one request to process an image again; null error = accepted. */
  public record Reprocessed(Id id, @Nullable String error) {}

  /** Processes the images of paints again. */
  @Operation(
      value = "Mutation.reprocessCosmeticImage",
      noConflict = "images may be processed again at any time",
      needs = Permission.PAINT_MANAGE)
  public List<Reprocessed> reprocessPaints(RequestContext context, List<Id> ids) {
    context.caller().guard(Permission.PAINT_MANAGE);
    List<Reprocessed> results = new ArrayList<>();
    for (Id id : ids) {
      Paint paint = store.paints().byId(id);
      results.add(new Reprocessed(id, paint == null ? "paint not found" : reprocess(paint)));
    }
    return results;
  }

  private @Nullable String reprocess(Paint paint) {
    String error = "paint has no image layers";
    for (Paint.Layer layer : paint.data().layers()) {
      if (layer.fill() instanceof Paint.ImageFill image) {
        try {
          processor.resubmit(
              tasks.paintLayerAgain(paint.id(), layer.id(), inputPath(image.imageSet())));
          error = null;
        } catch (ApiException e) {
          return e.text();
        }
      }
    }
    return error;
  }

  /** Processes the images of badges again. */
  public List<Reprocessed> reprocessBadges(RequestContext context, List<Id> ids) {
    context.caller().guard(Permission.PAINT_MANAGE);
    List<Reprocessed> results = new ArrayList<>();
    for (Id id : ids) {
      Badge badge = store.badges().byId(id);
      results.add(new Reprocessed(id, badge == null ? "badge not found" : reprocess(badge)));
    }
    return results;
  }

  private @Nullable String reprocess(Badge badge) {
    try {
      processor.resubmit(tasks.badgeAgain(badge.id(), inputPath(badge.imageSet())));
      return null;
    } catch (ApiException e) {
      return e.text();
    }
  }

  private static String inputPath(ImageSet set) {
    return switch (set.input()) {
      case ImageSet.Pending pending -> pending.path();
      case ImageSet.Processed processed -> processed.image().path();
    };
  }
}
