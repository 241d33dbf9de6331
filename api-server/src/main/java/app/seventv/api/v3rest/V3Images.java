package app.seventv.api.v3rest;

import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code ImageHost}: which files of an image set the old clients see, and how (api-v3.md §13.2).
 */
public final class V3Images {
  /** Formats in their published order, by media type. */
  private static final List<String> ORDER =
      List.of("image/webp", "image/avif", "image/gif", "image/png");

  /** Their names in answers, in the same order. */
  private static final List<String> FORMATS = List.of("WEBP", "AVIF", "GIF", "PNG");

  private static final Comparator<File> PUBLISHED =
      Comparator.comparingInt((File file) -> FORMATS.indexOf(file.format()))
          .thenComparing(File::name);

  private final URI cdnOrigin;
  private final String base;

  public V3Images(URI cdnOrigin) {
    this.cdnOrigin = cdnOrigin;
    String address = resolved("x");
    this.base = address.substring(0, address.length() - 1);
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
    boolean animated = isAnimated(set);
    List<File> files = new ArrayList<>(set.outputs().size());
    for (Image image : set.outputs()) {
      int format = ORDER.indexOf(image.mime());
      if (format >= 0 && (!animated || image.frameCount() > 1)) {
        files.add(file(image, FORMATS.get(format)));
      }
    }
    files.sort(PUBLISHED);
    return files;
  }

  private static boolean isAnimated(ImageSet set) {
    for (Image image : set.outputs()) {
      if (image.frameCount() > 1) {
        return true;
      }
    }
    return false;
  }

  private static File file(Image image, String format) {
    String name = image.path().substring(image.path().lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    String staticName =
        image.frameCount() > 1 && dot >= 0
            ? name.substring(0, dot) + "_static" + name.substring(dot)
            : name;
    return new File(image, name, staticName, format);
  }

  /** Folder of the files without scheme, {@code //cdn…/emote/{id}}; "" without files. */
  public String folder(ImageSet set) {
    if (set.outputs().isEmpty()) {
      return "";
    }
    String path = set.outputs().getFirst().path();
    return withoutScheme(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
  }

  /** Like {@link #folder}, with the scheme. */
  public String absoluteFolder(ImageSet set) {
    String folder = folder(set);
    return folder.isEmpty() ? "" : cdnOrigin.getScheme() + ":" + folder;
  }

  /** Address of an object without its scheme. */
  public String withoutScheme(String path) {
    return isPlain(path) ? base + path : resolved(path);
  }

  private String resolved(String path) {
    String address = cdnOrigin.resolve(path).toString();
    return address.substring(address.indexOf("//"));
  }

  /** Whether a path is what resolving would leave as it is; all that we make ourselves are. */
  private static boolean isPlain(String path) {
    char before = '/';
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      boolean separates = c == '/' || c == '.';
      if (separates ? before == '/' : !isPlain(c)) {
        return false;
      }
      before = c;
    }
    return !path.isEmpty();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
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
