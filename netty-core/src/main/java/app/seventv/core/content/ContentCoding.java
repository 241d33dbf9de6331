package app.seventv.core.content;

import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.Zstd;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Content codings (RFC 9110 §8.4.1, RFC 7932, RFC 9659). */
public enum ContentCoding {
  /** The bytes themselves. */
  IDENTITY("identity", ""),
  /** RFC 1952; also known as {@code x-gzip}. */
  GZIP("gzip", ".gz"),
  /** The zlib format of RFC 1950, or what some clients send in its name: bare RFC 1951. */
  DEFLATE("deflate", ".zz"),
  /** Brotli. */
  BR("br", ".br"),
  /** Zstandard with a window of at most 8 MiB. */
  ZSTD("zstd", ".zst");

  private final String token;
  private final String fileSuffix;

  ContentCoding(String token, String fileSuffix) {
    this.token = token;
    this.fileSuffix = fileSuffix;
  }

  /** Name in header fields. */
  public String token() {
    return token;
  }

  /** What build tools append to the names of files in this coding. */
  public String fileSuffix() {
    return fileSuffix;
  }

  /** Whether this process can code it: brotli and zstd need native libraries. */
  public boolean isAvailable() {
    return switch (this) {
      case IDENTITY, GZIP, DEFLATE -> true;
      case BR -> Brotli.isAvailable();
      case ZSTD -> Zstd.isAvailable();
    };
  }

  /**
   * This, once its library is loaded.
   *
   * @throws IllegalStateException if there is none for this system
   */
  ContentCoding loaded() {
    if (!isAvailable()) {
      throw new IllegalStateException("no library for " + token());
    }
    return this;
  }

  /** Those of the codings that {@linkplain #isAvailable are available}, in the same order. */
  public static List<ContentCoding> available(ContentCoding... codings) {
    return Stream.of(codings).filter(ContentCoding::isAvailable).toList();
  }

  /** The coding of a name, or null. */
  public static @Nullable ContentCoding of(String token) {
    String name = token.toLowerCase(Locale.ROOT);
    if (name.equals("x-gzip")) {
      return GZIP; // RFC 9110 §8.4.1.3
    }
    for (ContentCoding coding : values()) {
      if (coding.token.equals(name)) {
        return coding;
      }
    }
    return null;
  }
}
