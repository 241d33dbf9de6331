package app.seventv.website;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bytes of one resource in every form it can be sent in, with their entity tag. */
final class Content {
  private static final int TAG_BYTES = 12;

  private final String mediaType;
  private final Map<ContentEncoding, byte[]> variants;
  private final List<ContentEncoding> offered;
  private final String tag;

  /**
   * @param identity the bytes themselves
   * @param compressed further forms of the same bytes
   */
  Content(String mediaType, byte[] identity, Map<ContentEncoding, byte[]> compressed) {
    this.mediaType = mediaType;
    this.variants = new EnumMap<>(ContentEncoding.class);
    variants.putAll(compressed);
    variants.put(ContentEncoding.IDENTITY, identity);
    this.offered = List.copyOf(variants.keySet());
    this.tag = tagOf(identity);
  }

  /** Media type with charset. */
  String mediaType() {
    return mediaType;
  }

  /** Whether the answer depends on {@code Accept-Encoding}. */
  boolean varies() {
    return offered.size() > 1;
  }

  /** The form to send to a client that accepts these codings. */
  ContentEncoding encodingFor(@Nullable String acceptEncoding) {
    return ContentEncoding.choose(acceptEncoding, offered);
  }

  /** Bytes of an offered form. */
  byte[] bytes(ContentEncoding encoding) {
    byte[] bytes = variants.get(encoding);
    if (bytes == null) {
      throw new IllegalArgumentException("not offered: " + encoding);
    }
    return bytes;
  }

  /** Strong entity tag of a form (RFC 9110 §8.8.3). */
  String etag(ContentEncoding encoding) {
    return encoding == ContentEncoding.IDENTITY
        ? '"' + tag + '"'
        : '"' + tag + '-' + encoding.token() + '"';
  }

  /** Whether {@code If-None-Match} names this form (weak comparison, RFC 9110 §13.1.2). */
  boolean matches(@Nullable String ifNoneMatch, ContentEncoding encoding) {
    if (ifNoneMatch == null) {
      return false;
    }
    String wanted = etag(encoding);
    return Arrays.stream(ifNoneMatch.split(",", -1))
        .map(String::strip)
        .map(candidate -> candidate.startsWith("W/") ? candidate.substring(2) : candidate)
        .anyMatch(candidate -> candidate.equals("*") || candidate.equals(wanted));
  }

  /** The bytes as UTF-8 text. */
  String text() {
    return new String(bytes(ContentEncoding.IDENTITY), StandardCharsets.UTF_8);
  }

  private static String tagOf(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest, TAG_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
