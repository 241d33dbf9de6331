package app.seventv.core.content;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file in all its codings, as it was when it was looked at. */
final class StaticFile {
  /** Objects and texts around a file without its bytes. */
  private static final int OVERHEAD_BYTES = 600;

  private final CodedVariants<Variant> variants;
  private final String caching;
  private final long checkedAtNs;
  private final long weightBytes;

  /**
   * @param variants at least the identity
   * @param caching value of {@code cache-control}
   * @param checkedAtNs when the files were looked at
   */
  StaticFile(Map<ContentCoding, Variant> variants, String caching, long checkedAtNs) {
    this.variants = new CodedVariants<>(variants);
    this.caching = caching;
    this.checkedAtNs = checkedAtNs;
    this.weightBytes =
        variants.values().stream().mapToLong(Variant::weightBytes).sum() + OVERHEAD_BYTES;
  }

  /** One coding of a file. */
  static final class Variant {
    private final Representation representation;
    private final Path path;
    private final byte @Nullable [] bytes;

    /**
     * @param path where it is, without links on the way
     * @param bytes all of them, if they are kept in memory
     */
    Variant(Representation representation, Path path, byte @Nullable [] bytes) {
      this.representation = representation;
      this.path = path;
      this.bytes = bytes;
    }

    Representation representation() {
      return representation;
    }

    Path path() {
      return path;
    }

    byte @Nullable [] bytes() {
      return bytes;
    }

    private long weightBytes() {
      return bytes == null ? 0 : bytes.length;
    }
  }

  /** The coding that the client likes best. */
  Variant choose(HttpHeaders request) {
    return variants.choose(request);
  }

  /** Sets the fields that all codings share. */
  void describe(HttpHeaders headers) {
    headers.set("cache-control", caching);
    variants.vary(headers);
  }

  boolean isFresh(long nowNs, long recheckNs) {
    return nowNs - checkedAtNs < recheckNs;
  }

  long weightBytes() {
    return weightBytes;
  }
}
