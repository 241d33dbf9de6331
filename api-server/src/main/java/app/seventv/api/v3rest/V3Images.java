package app.seventv.api.v3rest;

import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code ImageHost}: which files of an image set the old clients see, and how (api-v3.md §13.2).
 */
public final class V3Images {
  /** Formats in their published order, by media type. */
  private static final List<String> ORDER =
      List.of("image/webp", "image/avif", "image/gif", "image/png");

  private final URI cdnOrigin;

  public V3Images(URI cdnOrigin) {
    this.cdnOrigin = cdnOrigin;
  }

  /**
   * One file.
   *
   * @param name file name, e.g. {@code 4x.webp}
   * @param staticName name of the still version, the same for still images
   * @param format {@code WEBP}, {@code AVIF}, {@code GIF} or {@code PNG}
   */
  public record File(Image image, String name, String staticName, String format) {}

  /** The files that are shown: animated ones if there are any, ordered by format and name. */
  public static List<File> files(ImageSet set) {
    boolean animated = set.outputs().stream().anyMatch(image -> image.frameCount() > 1);
    return set.outputs().stream()
        .filter(image -> !animated || image.frameCount() > 1)
        .filter(image -> ORDER.contains(image.mime()))
        .map(V3Images::file)
        .sorted(
            Comparator.comparingInt((File file) -> ORDER.indexOf(file.image().mime()))
                .thenComparing(File::name))
        .toList();
  }

  private static File file(Image image) {
    String name = image.path().substring(image.path().lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    String staticName =
        image.frameCount() > 1 && dot >= 0
            ? name.substring(0, dot) + "_static" + name.substring(dot)
            : name;
    String format = image.mime().substring("image/".length()).toUpperCase(Locale.ROOT);
    return new File(image, name, staticName, format);
  }

  /** Folder of the files without scheme, {@code //cdn…/emote/{id}}; "" without files. */
  public String folder(ImageSet set) {
    if (set.outputs().isEmpty()) {
      return "";
    }
    String path = set.outputs().getFirst().path();
    return withoutScheme(path.substring(0, path.lastIndexOf('/')));
  }

  /** Like {@link #folder}, with the scheme. */
  public String absoluteFolder(ImageSet set) {
    String folder = folder(set);
    return folder.isEmpty() ? "" : cdnOrigin.getScheme() + ":" + folder;
  }

  /** Address of an object without its scheme. */
  public String withoutScheme(String path) {
    String address = cdnOrigin.resolve(path).toString();
    return address.substring(address.indexOf("//"));
  }

  /** The JSON of a host. */
  Map<String, Object> host(ImageSet set) {
    List<Object> files = new ArrayList<>();
    for (File file : files(set)) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", file.name());
      json.put("static_name", file.staticName());
      json.put("width", file.image().width());
      json.put("height", file.image().height());
      json.put("frame_count", file.image().frameCount());
      json.put("size", file.image().size());
      json.put("format", file.format());
      files.add(json);
    }
    Map<String, Object> host = new LinkedHashMap<>();
    host.put("url", folder(set));
    host.put("files", files);
    return host;
  }
}
