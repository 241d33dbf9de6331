package app.seventv.model;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** A name paint (data-model.md §7.8). Colours are RGBA bit patterns {@code 0xRRGGBBAA}. */
public record Paint(
    Id id,
    String name,
    @Nullable String description,
    List<String> tags,
    Data data,
    Id createdBy,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the list. */
  public Paint {
    tags = List.copyOf(tags);
  }

  /** How the paint looks. */
  public record Data(List<Layer> layers, List<Shadow> shadows) implements Document {

    /** Copies the lists. */
    public Data {
      layers = List.copyOf(layers);
      shadows = List.copyOf(shadows);
    }

    /** Reads the stored form. */
    public static Data read(DocumentReader in) {
      Data data =
          new Data(in.documents("layers", Layer::read), in.documents("shadows", Shadow::read));
      in.rejectUnknown();
      return data;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().documents("layers", layers).documents("shadows", shadows).build();
    }
  }

  /** One layer. */
  public record Layer(Id id, Fill fill, double opacity) implements Document {

    static Layer read(DocumentReader in) {
      Layer layer = new Layer(in.id("id"), in.document("ty", Fill::read), in.float64("opacity"));
      in.rejectUnknown();
      return layer;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .id("id", id)
          .document("ty", fill)
          .float64("opacity", opacity)
          .build();
    }
  }

  /** What a layer is filled with. */
  public sealed interface Fill extends Document {

    /** The stored tag. */
    String type();

    /** The value stored beside the tag. */
    BsonValue data();

    @Override
    default BsonDocument toBson() {
      return new DocumentWriter().string("type", type()).value("data", data()).build();
    }

    private static Fill read(DocumentReader in) {
      String type = in.string("type");
      Fill fill =
          switch (type) {
            case "single_color" -> new SingleColor(in.int32("data"));
            case "linear_gradient" -> in.document("data", LinearGradient::read);
            case "radial_gradient" -> in.document("data", RadialGradient::read);
            case "image" -> new ImageFill(in.document("data", ImageSet::read));
            default -> throw in.error("type", "unknown paint layer \"" + type + "\"");
          };
      in.rejectUnknown();
      return fill;
    }
  }

  /** One colour. */
  public record SingleColor(int color) implements Fill {

    @Override
    public String type() {
      return "single_color";
    }

    @Override
    public BsonValue data() {
      return new BsonInt32(color);
    }
  }

  /** A linear gradient; the angle is in degrees. */
  public record LinearGradient(int angle, boolean repeating, List<Stop> stops) implements Fill {

    /** Copies the list. */
    public LinearGradient {
      stops = List.copyOf(stops);
    }

    static LinearGradient read(DocumentReader in) {
      LinearGradient gradient =
          new LinearGradient(
              in.int32("angle"), in.bool("repeating"), in.documents("stops", Stop::read));
      in.rejectUnknown();
      return gradient;
    }

    @Override
    public String type() {
      return "linear_gradient";
    }

    @Override
    public BsonValue data() {
      return new DocumentWriter()
          .int32("angle", angle)
          .bool("repeating", repeating)
          .documents("stops", stops)
          .build();
    }
  }

  /** A radial gradient. */
  public record RadialGradient(boolean repeating, List<Stop> stops, Shape shape) implements Fill {

    /** Copies the list. */
    public RadialGradient {
      stops = List.copyOf(stops);
    }

    static RadialGradient read(DocumentReader in) {
      RadialGradient gradient =
          new RadialGradient(
              in.bool("repeating"), in.documents("stops", Stop::read), Shape.read(in, "shape"));
      in.rejectUnknown();
      return gradient;
    }

    @Override
    public String type() {
      return "radial_gradient";
    }

    @Override
    public BsonValue data() {
      return new DocumentWriter()
          .bool("repeating", repeating)
          .documents("stops", stops)
          .string("shape", shape.tag())
          .build();
    }
  }

  /** An image. */
  public record ImageFill(ImageSet imageSet) implements Fill {

    @Override
    public String type() {
      return "image";
    }

    @Override
    public BsonValue data() {
      return imageSet.toBson();
    }
  }

  /** The shape of a radial gradient. */
  public enum Shape {
    /** An ellipse. */
    ELLIPSE,
    /** A circle. */
    CIRCLE;

    /** The stored text. */
    public String tag() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Shape read(DocumentReader in, String field) {
      String tag = in.string(field);
      return switch (tag) {
        case "ellipse" -> ELLIPSE;
        case "circle" -> CIRCLE;
        default -> throw in.error(field, "unknown shape \"" + tag + "\"");
      };
    }
  }

  /** A stop of a gradient, at 0 to 1. */
  public record Stop(double at, int color) implements Document {

    static Stop read(DocumentReader in) {
      Stop stop = new Stop(in.float64("at"), in.int32("color"));
      in.rejectUnknown();
      return stop;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().float64("at", at).int32("color", color).build();
    }
  }

  /** A drop shadow; lengths are in pixels. */
  public record Shadow(int color, double offsetX, double offsetY, double blur) implements Document {

    static Shadow read(DocumentReader in) {
      Shadow shadow =
          new Shadow(
              in.int32("color"),
              in.float64("offset_x"),
              in.float64("offset_y"),
              in.float64("blur"));
      in.rejectUnknown();
      return shadow;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .int32("color", color)
          .float64("offset_x", offsetX)
          .float64("offset_y", offsetY)
          .float64("blur", blur)
          .build();
    }
  }

  /** Reads the stored form. */
  public static Paint read(DocumentReader in) {
    Paint paint =
        new Paint(
            in.id("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.document("data", Data::read),
            in.id("created_by"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return paint;
  }

  /** Reads a document of the collection. */
  public static Paint fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.PAINTS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .document("data", data)
        .id("created_by", createdBy)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
