package app.seventv.core.config;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A value that must not appear in logs, printed settings or error messages. */
public final class Secret {
  /** What is shown instead. */
  static final String HIDDEN = "(hidden)";

  /** All that comes before a host: name and password, also where they are not escaped. */
  private static final Pattern USER_INFO =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", Pattern.DOTALL);

  private final String value;

  /** Hides {@code value} from every accidental print. */
  public Secret(String value) {
    this.value = Objects.requireNonNull(value);
  }

  /** The address of a server without the name and password that may stand in it. */
  public static String withoutUserInfo(String address) {
    return USER_INFO.matcher(address).replaceFirst("$1" + Matcher.quoteReplacement(HIDDEN + "@"));
  }

  /** The plain value; call it only where it goes on the wire or into a key. */
  public String reveal() {
    return value;
  }

  /** Whether there is nothing to keep secret: an empty file, or a variable that is not set. */
  public boolean isBlank() {
    return value.isBlank();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return HIDDEN;
  }
}
