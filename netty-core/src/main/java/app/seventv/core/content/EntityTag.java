package app.seventv.core.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Validator of a representation (RFC 9110 §8.8.3). Strong: equal tags mean equal bytes; weak: equal
 * tags mean that one will do for the other.
 */
public final class EntityTag {
  /** Of a digest: enough to tell the versions of one resource apart. */
  private static final int DIGEST_BYTES = 12;

  private final boolean weak;
  private final String quoted;
  private final String text;

  private EntityTag(boolean weak, String quoted) {
    this.weak = weak;
    this.quoted = quoted;
    this.text = weak ? "W/" + quoted : quoted;
  }

  /**
   * A strong tag.
   *
   * @param opaque content of the quotes
   * @throws IllegalArgumentException if it has characters that a tag cannot have
   */
  public static EntityTag strong(String opaque) {
    return checked(false, opaque);
  }

  /** A strong tag of these bytes, which are in a coding: a digest, the same on every server. */
  public static EntityTag ofContent(byte[] bytes, ContentCoding coding) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      byte[] start = Arrays.copyOf(digest, DIGEST_BYTES);
      return strong(
          inCoding(Base64.getUrlEncoder().withoutPadding().encodeToString(start), coding));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** In another coding the bytes are others, and so must be the tag (RFC 9110 §8.8.3.3). */
  static String inCoding(String opaque, ContentCoding coding) {
    return coding == ContentCoding.IDENTITY ? opaque : opaque + '-' + coding.token();
  }

  /** A weak tag; as {@link #strong}. */
  public static EntityTag weak(String opaque) {
    return checked(true, opaque);
  }

  private static EntityTag checked(boolean weak, String opaque) {
    if (endOfTag('"' + opaque + '"', 0) != opaque.length() + 2) {
      throw new IllegalArgumentException("not an entity tag: " + opaque);
    }
    return new EntityTag(weak, '"' + opaque + '"');
  }

  /** The tag that a header field holds, or null if it holds none. */
  public static @Nullable EntityTag parse(@Nullable String value) {
    if (value == null) {
      return null;
    }
    boolean weak = value.startsWith("W/");
    int from = weak ? 2 : 0;
    return endOfTag(value, from) == value.length()
        ? new EntityTag(weak, value.substring(from))
        : null;
  }

  /** Whether this is a weak tag. */
  public boolean isWeak() {
    return weak;
  }

  /** The weak tag with the same content; this one if it is weak. */
  public EntityTag weakened() {
    return weak ? this : new EntityTag(true, quoted);
  }

  /** Strong comparison (RFC 9110 §8.8.3.2): both strong, and equal. */
  public boolean isSameStrongly(EntityTag other) {
    return !weak && !other.weak && quoted.equals(other.quoted);
  }

  /** Weak comparison (RFC 9110 §8.8.3.2): equal whether strong or weak. */
  public boolean isSameWeakly(EntityTag other) {
    return quoted.equals(other.quoted);
  }

  /**
   * Whether a list of tags ({@code If-Match}, {@code If-None-Match}) has this one. Nothing behind a
   * syntax error counts.
   *
   * @param strongly compares strongly
   */
  public boolean isIn(String list, boolean strongly) {
    if (strongly && weak) {
      return false;
    }
    int at = 0;
    while (at < list.length()) {
      char c = list.charAt(at);
      if (c == ',' || c == ' ' || c == '\t') {
        at++;
        continue;
      }
      boolean listedWeak = list.startsWith("W/", at);
      int from = listedWeak ? at + 2 : at;
      int end = endOfTag(list, from);
      if (end < 0 || !endsElement(list, end)) {
        return false;
      }
      if (!(strongly && listedWeak)
          && end - from == quoted.length()
          && list.startsWith(quoted, from)) {
        return true;
      }
      at = end;
    }
    return false;
  }

  private static boolean endsElement(String list, int at) {
    return at == list.length() || ", \t".indexOf(list.charAt(at)) >= 0;
  }

  /** Index behind the closing quote of the tag that starts at {@code from}, or -1. */
  private static int endOfTag(String text, int from) {
    if (from >= text.length() || text.charAt(from) != '"') {
      return -1;
    }
    for (int i = from + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i + 1;
      }
      if (c <= ' ' || c == 0x7f) {
        return -1; // etagc: visible characters but the quote, and obs-text
      }
    }
    return -1;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EntityTag tag && text.equals(tag.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The tag as a header field carries it. */
  @Override
  public String toString() {
    return text;
  }
}
