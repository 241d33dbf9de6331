package app.seventv.core.config;

import java.util.Objects;

/** A value that must not appear in logs, printed settings or error messages. */
public final class Secret {
  private final String value;

  /** Hides {@code value} from every accidental print. */
  public Secret(String value) {
    this.value = Objects.requireNonNull(value);
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
    return "(hidden)";
  }
}
