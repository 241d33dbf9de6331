package app.seventv.events.dispatch;

import app.seventv.model.Badge;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.topic.EventType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Definitions of badges and paints (event-api.md §12.6). */
final class Cosmetics {
  private final ImageHosts hosts;

  Cosmetics(ImageHosts hosts) {
    this.hosts = hosts;
  }

  Cosmetic of(Badge badge) {
    return cosmetic(badge.id(), badge.updatedAt().toEpochMilli(), object(badge));
  }

  Cosmetic of(Paint paint) {
    return cosmetic(paint.id(), paint.updatedAt().toEpochMilli(), object(paint));
  }

  /** The cosmetic object of a badge. */
  Json object(Badge badge) {
    return object(
        badge.id(),
        EntitlementKind.BADGE,
        out -> {
          String tooltip = badge.description();
          out.writeStringProperty("name", badge.name());
          out.writeStringProperty("tag", badge.tags().isEmpty() ? "" : badge.tags().getFirst());
          out.writeStringProperty("tooltip", tooltip == null ? "" : tooltip);
          out.writeName("host");
          hosts.webpHost(badge.imageSet()).write(out);
        });
  }

  /** The cosmetic object of a paint. */
  Json object(Paint paint) {
    return object(
        paint.id(),
        EntitlementKind.PAINT,
        out -> {
          List<Paint.Layer> layers = paint.data().layers();
          Look look = look(layers.isEmpty() ? null : layers.getFirst().fill());
          out.writeStringProperty("name", paint.name());
          if (look.color == null) {
            out.writeNullProperty("color");
          } else {
            out.writeNumberProperty("color", look.color);
          }
          out.writeName("gradients");
          out.writeStartArray();
          out.writeEndArray();
          shadows(out, paint.data().shadows());
          out.writeNullProperty("text");
          out.writeStringProperty("function", look.function);
          out.writeBooleanProperty("repeat", look.repeat);
          out.writeNumberProperty("angle", look.angle);
          out.writeStringProperty("shape", look.shape.name().toLowerCase(Locale.ROOT));
          out.writeStringProperty("image_url", look.imageUrl);
          stops(out, look.stops);
        });
  }

  private static Cosmetic cosmetic(Id id, long versionMs, Json object) {
    Json payload =
        out -> {
          out.writeStartObject();
          out.writeStringProperty("type", EventType.COSMETIC_CREATE.wireName());
          out.writeName("body");
          out.writeStartObject();
          out.writeStringProperty("id", id.toString());
          out.writeNumberProperty("kind", ObjectKind.COSMETIC.code());
          out.writeName("object");
          object.write(out);
          out.writeEndObject();
          out.writeEndObject();
        };
    return new Cosmetic(id, versionMs, payload.bytes());
  }

  private static Json object(Id id, EntitlementKind kind, Json fields) {
    return out -> {
      out.writeStartObject();
      out.writeStringProperty("id", id.toString());
      out.writeStringProperty("kind", kind.name());
      out.writeName("data");
      out.writeStartObject();
      out.writeStringProperty("id", id.toString());
      fields.write(out);
      out.writeEndObject();
      out.writeEndObject();
    };
  }

  /** The first layer in the flat form that clients know; further layers are lost. */
  private record Look(
      String function,
      @Nullable Integer color,
      boolean repeat,
      int angle,
      Paint.Shape shape,
      String imageUrl,
      List<Paint.Stop> stops) {}

  private Look look(Paint.@Nullable Fill fill) {
    String linear = "LINEAR_GRADIENT";
    Paint.Shape circle = Paint.Shape.CIRCLE;
    return switch (fill) {
      case null -> new Look(linear, null, false, 0, circle, "", List.of());
      case Paint.SingleColor(int color) -> new Look(linear, color, false, 0, circle, "", List.of());
      case Paint.LinearGradient(int angle, boolean repeating, List<Paint.Stop> stops) ->
          new Look(linear, null, repeating, angle, circle, "", stops);
      case Paint.RadialGradient(boolean repeating, List<Paint.Stop> stops, Paint.Shape shape) ->
          new Look("RADIAL_GRADIENT", null, repeating, 0, shape, "", stops);
      case Paint.ImageFill(var images) ->
          new Look("URL", null, false, 0, circle, hosts.firstAddress(images), List.of());
    };
  }

  private static void shadows(JsonGenerator out, List<Paint.Shadow> shadows) {
    out.writeName("shadows");
    out.writeStartArray();
    for (Paint.Shadow shadow : shadows) {
      out.writeStartObject();
      out.writeNumberProperty("x_offset", shadow.offsetX());
      out.writeNumberProperty("y_offset", shadow.offsetY());
      out.writeNumberProperty("radius", shadow.blur());
      out.writeNumberProperty("color", shadow.color());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void stops(JsonGenerator out, List<Paint.Stop> stops) {
    out.writeName("stops");
    out.writeStartArray();
    for (Paint.Stop stop : stops) {
      out.writeStartObject();
      out.writeNumberProperty("at", stop.at());
      out.writeNumberProperty("color", stop.color());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
