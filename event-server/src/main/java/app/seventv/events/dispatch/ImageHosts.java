package app.seventv.events.dispatch;

import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Files of an image set as clients see them (event-api.md §12.5). */
final class ImageHosts {
  private static final Comparator<File> ORDER =
      Comparator.comparing(File::format).thenComparing(File::name);

  private final String cdnHost;

  /**
   * Files under one address.
   *
   * @param cdnHost address of the CDN without scheme and final slash, as {@code //cdn.7tv.app}
   */
  ImageHosts(String cdnHost) {
    this.cdnHost = cdnHost;
  }

  private enum Format {
    WEBP,
    AVIF,
    GIF,
    PNG;

    static @Nullable Format of(String mime) {
      return switch (mime) {
        case "image/webp" -> WEBP;
        case "image/avif" -> AVIF;
        case "image/gif" -> GIF;
        case "image/png" -> PNG;
        default -> null;
      };
    }
  }

  private record File(String name, Format format, Image image) {}

  /** Address of one file, without scheme. */
  String address(Image image) {
    return cdnHost + "/" + image.path();
  }

  /** The image host model. */
  Json host(ImageSet images) {
    return out -> write(out, images.outputs(), EnumSet.allOf(Format.class));
  }

  /** The same with nothing but WebP files, as badges have it (§12.6). */
  Json webpHost(ImageSet images) {
    return out -> write(out, images.outputs(), EnumSet.of(Format.WEBP));
  }

  /** The whole address of the first file, or nothing. */
  String firstAddress(ImageSet images) {
    return files(images.outputs(), EnumSet.allOf(Format.class))
        .map(file -> "https:" + address(file.image))
        .findFirst()
        .orElse("");
  }

  private static Stream<File> files(List<Image> outputs, Set<Format> formats) {
    boolean animated = outputs.stream().anyMatch(image -> image.frameCount() > 1);
    return outputs.stream()
        .filter(image -> image.frameCount() > 1 == animated)
        .map(ImageHosts::file)
        .filter(file -> file != null && formats.contains(file.format))
        .sorted(ORDER);
  }

  private void write(JsonGenerator out, List<Image> outputs, Set<Format> formats) {
    out.writeStartObject();
    out.writeStringProperty(
        "url", outputs.isEmpty() ? "" : cdnHost + "/" + directory(outputs.getFirst().path()));
    out.writeName("files");
    out.writeStartArray();
    files(outputs, formats).forEach(file -> write(out, file));
    out.writeEndArray();
    out.writeEndObject();
  }

  private static @Nullable File file(Image image) {
    Format format = Format.of(image.mime());
    return format == null
        ? null
        : new File(image.path().substring(image.path().lastIndexOf('/') + 1), format, image);
  }

  private static void write(JsonGenerator out, File file) {
    Image image = file.image;
    out.writeStartObject();
    out.writeStringProperty("name", file.name);
    out.writeStringProperty(
        "static_name", image.frameCount() > 1 ? staticName(file.name) : file.name);
    out.writeNumberProperty("width", image.width());
    out.writeNumberProperty("height", image.height());
    out.writeNumberProperty("frame_count", image.frameCount());
    out.writeNumberProperty("size", image.size());
    out.writeStringProperty("format", file.format.name());
    out.writeEndObject();
  }

  private static String directory(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private static String staticName(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name + "_static" : name.substring(0, dot) + "_static" + name.substring(dot);
  }
}
