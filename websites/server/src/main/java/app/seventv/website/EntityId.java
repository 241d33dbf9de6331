package app.seventv.website;

import java.util.Locale;
import java.util.regex.Pattern;

/** The forms that an id may have in an address: a ULID or a 24-hex object id. */
final class EntityId {
  private static final Pattern ULID = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");
  private static final Pattern OBJECT_ID = Pattern.compile("[0-9A-Fa-f]{24}");

  private EntityId() {}

  /** Whether the text can name an entity at all. */
  static boolean isValid(String text) {
    return OBJECT_ID.matcher(text).matches() || ULID.matcher(canonical(text)).matches();
  }

  /** The form in which the address is written: ULIDs in upper case, object ids as given. */
  static String canonical(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    return ULID.matcher(upper).matches() ? upper : text;
  }
}
