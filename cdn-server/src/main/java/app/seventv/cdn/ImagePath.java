package app.seventv.cdn;

import app.seventv.core.http.HttpError;
import app.seventv.core.http.PercentCoding;
import app.seventv.core.http.Request;
import app.seventv.core.http.RoutePattern;
import app.seventv.model.Id;
import java.nio.charset.CharacterCodingException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request path names (cdn.md §2).
 *
 * @param kind object family
 * @param type file format
 * @param key canonical object key: no leading slash, upper-case ULIDs, explicit extension
 */
record ImagePath(Kind kind, ImageType type, String key) {
  private static final Pattern STEM = Pattern.compile("[1-4]x(_static)?");
  private static final String STATIC = "_static";
  private static final ImageType[] TYPES = ImageType.values();
  private static final Set<Integer> ID_LENGTHS = Set.of(24, 26, 32, 36);

  /** Object families, named as in the metrics. */
  enum Kind {
    EMOTE("Emote", "/emote/{emote_id}/{file}"),
    BADGE("Badge", "/badge/{badge_id}/{file}"),
    PAINT("Paint", "/paint/{paint_id}/layer/{layer_id}/{file}"),
    USER_PROFILE_PICTURE(
        "UserProfilePicture", "/user/{user_id}/profile-picture/{picture_id}/{file}");

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // a record of two strings
    private final RoutePattern route;

    Kind(String label, String pattern) {
      this.label = label;
      this.route = new RoutePattern("GET", pattern);
    }

    /** Route of the family's paths. */
    RoutePattern route() {
      return route;
    }

    /**
     * What a request of this route names, whose parameters are as they stand in the path.
     *
     * @throws HttpError if it is nothing
     */
    ImagePath parse(Request request) {
      return switch (this) {
        case EMOTE -> emote(decoded(request, "emote_id"), decoded(request, "file"));
        case BADGE -> badge(decoded(request, "badge_id"), decoded(request, "file"));
        case PAINT ->
            paintLayer(
                decoded(request, "paint_id"),
                decoded(request, "layer_id"),
                decoded(request, "file"));
        case USER_PROFILE_PICTURE ->
            profilePicture(
                decoded(request, "user_id"),
                decoded(request, "picture_id"),
                decoded(request, "file"));
      };
    }

    String label() {
      return label;
    }
  }

  /** File formats, with their extension, metric label and media type. */
  enum ImageType {
    AVIF("avif", "Avif"),
    GIF("gif", "Gif"),
    PNG("png", "Png"),
    WEBP("webp", "Webp");

    private final String extension;
    private final String mediaType;
    private final String label;

    ImageType(String extension, String label) {
      this.extension = extension;
      this.mediaType = "image/" + extension;
      this.label = label;
    }

    String label() {
      return label;
    }

    /** Media type, for objects that the origin stores without one. */
    String mediaType() {
      return mediaType;
    }

    static ImageType ofExtension(String extension) {
      for (ImageType type : values()) {
        if (type.extension.equals(extension)) {
          return type;
        }
      }
      throw invalid("invalid file extension");
    }
  }

  static ImagePath emote(String id, String file) {
    return of(Kind.EMOTE, "emote/" + canonical(id), file);
  }

  static ImagePath badge(String id, String file) {
    return of(Kind.BADGE, "badge/" + canonical(id), file);
  }

  static ImagePath paintLayer(String paint, String layer, String file) {
    return of(Kind.PAINT, "paint/" + canonical(paint) + "/layer/" + canonical(layer), file);
  }

  static ImagePath profilePicture(String user, String picture, String file) {
    String folder = "user/" + canonical(user) + "/profile-picture/" + canonical(picture);
    return of(Kind.USER_PROFILE_PICTURE, folder, file);
  }

  /** Family of a canonical path. */
  static Kind kindOf(String path) {
    return switch (path.charAt(1)) {
      case 'e' -> Kind.EMOTE;
      case 'b' -> Kind.BADGE;
      case 'p' -> Kind.PAINT;
      default -> Kind.USER_PROFILE_PICTURE;
    };
  }

  /** Format of a canonical path. */
  static ImageType typeOf(String path) {
    for (ImageType type : TYPES) {
      if (path.endsWith(type.extension)) {
        return type;
      }
    }
    throw new IllegalArgumentException("no canonical path: " + path);
  }

  /**
   * What looks most like this object where it does not exist, or null: animated images have no
   * static GIF, and images that do not move have no static form besides themselves (cdn.md §4.1).
   */
  @Nullable ImagePath fallback() {
    String gif = STATIC + ".gif";
    if (key.endsWith(gif)) {
      String png = key.substring(0, key.length() - gif.length()) + STATIC + ".png";
      return new ImagePath(kind, ImageType.PNG, png);
    }
    int mark = key.lastIndexOf(STATIC);
    return mark < 0
        ? null
        : new ImagePath(kind, type, key.substring(0, mark) + key.substring(mark + STATIC.length()));
  }

  /**
   * Parses a key of a purge message: the same grammar without the leading slash, further segments
   * ignored (cdn.md §7).
   *
   * @throws HttpError if it is none
   */
  static ImagePath ofKey(String key) {
    String[] s = key.split("/", -1);
    if (s.length >= 3 && s[0].equals("emote")) {
      return emote(s[1], s[2]);
    }
    if (s.length >= 3 && s[0].equals("badge")) {
      return badge(s[1], s[2]);
    }
    if (s.length >= 5 && s[0].equals("paint") && s[2].equals("layer")) {
      return paintLayer(s[1], s[3], s[4]);
    }
    if (s.length >= 5 && s[0].equals("user") && s[2].equals("profile-picture")) {
      return profilePicture(s[1], s[3], s[4]);
    }
    throw invalid("unknown object family");
  }

  private static ImagePath of(Kind kind, String folder, String file) {
    int dot = file.indexOf('.');
    if (dot < 0) {
      // Old clients name the scale alone; a static stem has no such short form.
      if (file.contains("_") || !STEM.matcher(file).matches()) {
        throw invalid("invalid image file name");
      }
      return new ImagePath(kind, ImageType.WEBP, folder + '/' + file + ".webp");
    }
    if (!STEM.matcher(file.substring(0, dot)).matches()) {
      throw invalid("invalid image file name");
    }
    ImageType type = ImageType.ofExtension(file.substring(dot + 1));
    return new ImagePath(kind, type, folder + '/' + file);
  }

  private static String canonical(String id) {
    int length = utf8Length(id);
    if (!ID_LENGTHS.contains(length)) {
      throw invalid("invalid id length: " + length);
    }
    Id parsed = Id.parseOrNull(id);
    if (parsed == null) {
      throw invalid(
          switch (length) {
            case 24 -> "invalid object id: invalid character";
            case 26 -> "invalid ulid: invalid character";
            default -> "invalid uuid: invalid character";
          });
    }
    return parsed.toString();
  }

  private static int utf8Length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  /** A parameter of the path; what is no encoding in it, as {@code %zz}, stands for itself. */
  private static String decoded(Request request, String name) {
    try {
      return PercentCoding.decodeLeniently(request.pathParameter(name));
    } catch (CharacterCodingException e) {
      throw invalid("Invalid UTF-8 in `" + name + '`');
    }
  }

  private static HttpError invalid(String reason) {
    return new HttpError(400, "Invalid URL: " + reason);
  }
}
