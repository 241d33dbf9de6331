package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Validators;
import app.seventv.api.cosmetics.PaintService;
import app.seventv.api.data.Store;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.v3rest.V3Images;
import app.seventv.model.Badge;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** Paints and badges of the old GraphQL API (api-v3.md §11.2, §11.5, §13.5). */
final class V3CosmeticTypes {
  private static final int MAX_LIST = 1000;
  private static final int FULL_CIRCLE = 360;

  private final Store store;
  private final PaintService service;
  private final V3Images images;

  V3CosmeticTypes(Store store, PaintService service, V3Images images) {
    this.store = store;
    this.service = service;
    this.images = images;
  }

  private record Cosmetics(List<Paint> paints, List<Badge> badges) {}

  private record Reprocessed(
      List<PaintService.Reprocessed> paints, List<PaintService.Reprocessed> badges) {}

  void wireQueries(TypeWiring<Object> query) {
    query.fetch("cosmetics", (root, call) -> cosmetics(call));
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation
        .fetch(
            "createCosmeticPaint",
            (root, call) -> service.create(call.context(), definition(call)).id())
        .fetch("cosmetics", (root, call) -> call.arguments().id("id"))
        .fetch("reprocessCosmeticImage", (root, call) -> reprocess(call));
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("CosmeticsQuery", Cosmetics.class)
        .field("paints", Cosmetics::paints)
        .field("badges", Cosmetics::badges);
    schema
        .type("CosmeticBadge", Badge.class)
        .field("id", Badge::id)
        .field("kind", badge -> "BADGE")
        .field("name", Badge::name)
        .field("tag", badge -> badge.tags().isEmpty() ? "" : badge.tags().getFirst())
        .field("tooltip", badge -> badge.description() == null ? "" : badge.description())
        .field("host", badge -> webpOnly(badge.imageSet()));
    wirePaint(schema);
    schema
        .type("CosmeticOps", Id.class)
        .field("id", id -> id)
        .fetch("updatePaint", (id, call) -> service.update(call.context(), id, definition(call)));
    schema
        .type("CosmeticReprocessResults", Reprocessed.class)
        .field("paints", Reprocessed::paints)
        .field("badges", Reprocessed::badges);
    schema
        .type("CosmeticReprocessResult", PaintService.Reprocessed.class)
        .field("id", PaintService.Reprocessed::id)
        .field("success", result -> result.error() == null)
        .field("error", PaintService.Reprocessed::error);
  }

  private void wirePaint(GraphqlSchema schema) {
    schema
        .type("CosmeticPaint", Paint.class)
        .field("id", Paint::id)
        .field("kind", paint -> "PAINT")
        .field("name", Paint::name)
        .field("color", V3CosmeticTypes::color)
        .field("gradients", paint -> List.of())
        .field("shadows", paint -> paint.data().shadows())
        .field("text", paint -> null)
        .field("function", V3CosmeticTypes::function)
        .field("repeat", V3CosmeticTypes::repeats)
        .field("angle", paint -> fill(paint) instanceof Paint.LinearGradient one ? one.angle() : 0)
        .field(
            "shape",
            paint -> fill(paint) instanceof Paint.RadialGradient one ? one.shape().tag() : "circle")
        .field("image_url", this::imageUrl)
        .field("stops", V3CosmeticTypes::stops);
    schema
        .type("CosmeticPaintStop", Paint.Stop.class)
        .field("at", Paint.Stop::at)
        .field("color", Paint.Stop::color)
        .field("center_at", stop -> List.of(0.0, 0.0));
    schema
        .type("CosmeticPaintShadow", Paint.Shadow.class)
        .field("x_offset", Paint.Shadow::offsetX)
        .field("y_offset", Paint.Shadow::offsetY)
        .field("radius", Paint.Shadow::blur)
        .field("color", Paint.Shadow::color);
  }

  /** The layer that is shown: the first, or null. */
  private static Paint.@Nullable Fill fill(Paint paint) {
    List<Paint.Layer> layers = paint.data().layers();
    return layers.isEmpty() ? null : layers.getFirst().fill();
  }

  private static @Nullable Integer color(Paint paint) {
    return fill(paint) instanceof Paint.SingleColor one ? (Integer) one.color() : null;
  }

  private static String function(Paint paint) {
    return switch (fill(paint)) {
      case Paint.RadialGradient radial -> "RADIAL_GRADIENT";
      case Paint.ImageFill image -> "URL";
      case null, default -> "LINEAR_GRADIENT";
    };
  }

  private static boolean repeats(Paint paint) {
    return switch (fill(paint)) {
      case Paint.LinearGradient linear -> linear.repeating();
      case Paint.RadialGradient radial -> radial.repeating();
      case null, default -> false;
    };
  }

  private static List<Paint.Stop> stops(Paint paint) {
    return switch (fill(paint)) {
      case Paint.LinearGradient linear -> linear.stops();
      case Paint.RadialGradient radial -> radial.stops();
      case null, default -> List.of();
    };
  }

  private String imageUrl(Paint paint) {
    if (!(fill(paint) instanceof Paint.ImageFill image)) {
      return "";
    }
    List<V3Images.File> files = V3Images.files(image.imageSet());
    return files.isEmpty()
        ? ""
        : images.absoluteFolder(image.imageSet()) + "/" + files.getFirst().name();
  }

  private static ImageSet webpOnly(ImageSet set) {
    return new ImageSet(
        set.input(),
        set.outputs().stream().filter(image -> image.mime().equals("image/webp")).toList());
  }

  private Cosmetics cosmetics(Call call) {
    List<Id> ids = call.arguments().ids("list", 0, MAX_LIST);
    if (ids.isEmpty()) {
      BsonDocument all = new BsonDocument();
      return new Cosmetics(store.paints().find(all), store.badges().find(all));
    }
    return new Cosmetics(
        List.copyOf(new TreeMap<>(store.paints().byIds(ids)).values()),
        List.copyOf(new TreeMap<>(store.badges().byIds(ids)).values()));
  }

  private Reprocessed reprocess(Call call) {
    List<Id> paints = call.arguments().ids("paint_ids", 0, MAX_LIST);
    List<Id> badges = call.arguments().ids("badge_ids", 0, MAX_LIST);
    return new Reprocessed(
        service.reprocessPaints(call.context(), paints),
        service.reprocessBadges(call.context(), badges));
  }

  private static PaintService.Definition definition(Call call) {
    Call.Arguments input = call.arguments().object("definition");
    String name = input.string("name");
    if (!Validators.isName(name)) {
      throw new ArgumentException("String", "invalid name");
    }
    Integer angle = input.intOrNull("angle", 0, FULL_CIRCLE);
    List<Paint.Stop> stops = new ArrayList<>();
    for (Call.Arguments stop : input.objects("stops")) {
      stops.add(new Paint.Stop(stop.fraction("at", 0, 1), color(stop)));
    }
    boolean repeat = input.bool("repeat");
    Paint.Fill gradient =
        switch (input.string("function")) {
          case "LINEAR_GRADIENT" ->
              new Paint.LinearGradient(angle == null ? 0 : angle, repeat, stops);
          case "RADIAL_GRADIENT" -> new Paint.RadialGradient(repeat, stops, shape(input));
          case "URL" -> null;
          default -> throw new ArgumentException("CosmeticPaintFunction", "unknown function");
        };
    List<Paint.Shadow> shadows = new ArrayList<>();
    for (Call.Arguments shadow : input.objects("shadows")) {
      shadows.add(
          new Paint.Shadow(
              color(shadow),
              number(shadow, "x_offset"),
              number(shadow, "y_offset"),
              number(shadow, "radius")));
    }
    return new PaintService.Definition(name, gradient, input.stringOrNull("image_url"), shadows);
  }

  private static int color(Call.Arguments input) {
    Integer color = input.signedOrNull("color");
    return color == null ? 0 : color;
  }

  private static Paint.Shape shape(Call.Arguments input) {
    String shape = input.stringOrNull("shape");
    if (shape == null) {
      return Paint.Shape.ELLIPSE;
    }
    for (Paint.Shape known : Paint.Shape.values()) {
      if (known.tag().equals(shape.toLowerCase(Locale.ROOT))) {
        return known;
      }
    }
    throw new ArgumentException("CosmeticPaintShape", "unknown shape");
  }

  private static double number(Call.Arguments shadow, String name) {
    try {
      double value = Double.parseDouble(shadow.string(name));
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below, like infinities
    }
    throw ApiException.badRequest("invalid number in shadow");
  }
}
