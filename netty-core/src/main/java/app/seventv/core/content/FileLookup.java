package app.seventv.core.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds what a decoded path names below a directory. Every method blocks. */
final class FileLookup {
  private final Path root;
  private final String index;
  private final StaticFiles.Links links;
  private final int maxFileInMemoryBytes;
  private final Function<String, CacheControl> caching;

  /**
   * @param root real path of the directory
   */
  FileLookup(
      Path root,
      String index,
      StaticFiles.Links links,
      int maxFileInMemoryBytes,
      Function<String, CacheControl> caching) {
    this.root = root;
    this.index = index;
    this.links = links;
    this.maxFileInMemoryBytes = maxFileInMemoryBytes;
    this.caching = caching;
  }

  /** What a path names. */
  sealed interface Result {}

  /** A file. */
  record Found(StaticFile file) implements Result {}

  /** A directory whose path lacks the slash. */
  record Directory() implements Result {}

  /** Nothing that may be served. */
  record Missing() implements Result {}

  /**
   * Looks at the file system.
   *
   * @param path as {@link RequestPath#decode} returns it
   * @throws IOException if a file that is there cannot be read
   */
  Result find(String path) throws IOException {
    if (path.contains("//")) {
      return new Missing();
    }
    String name = path.endsWith("/") ? path + index : path;
    Path real = real(name);
    if (real == null || isCompressedCopy(name)) {
      return new Missing();
    }
    BasicFileAttributes facts = facts(real);
    if (facts.isDirectory()) {
      return path.endsWith("/") || real(name + '/' + index) == null
          ? new Missing()
          : new Directory();
    }
    if (!facts.isRegularFile()) {
      return new Missing(); // pipes and devices would block
    }
    long checkedAtNs = System.nanoTime();
    Map<ContentCoding, StaticFile.Variant> variants = new EnumMap<>(ContentCoding.class);
    String mediaType = MediaTypes.ofName(name);
    StaticFile.Variant original = variant(real, facts, mediaType, ContentCoding.IDENTITY);
    variants.put(ContentCoding.IDENTITY, original);
    for (ContentCoding coding : CodedVariants.PRECOMPRESSED) {
      Path copy = real(name + coding.fileSuffix());
      if (copy != null && facts(copy).isRegularFile()) {
        variants.put(coding, variant(copy, facts(copy), mediaType, coding));
      }
    }
    return new Found(new StaticFile(variants, caching.apply(name).toString(), checkedAtNs));
  }

  /** Where a name leads, or null if nowhere or to where the policy forbids. */
  private @Nullable Path real(String name) {
    try {
      Path file = root.resolve(name.substring(1));
      Path real = file.toRealPath();
      boolean allowed = links == StaticFiles.Links.NONE ? real.equals(file) : real.startsWith(root);
      return allowed ? real : null;
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  private boolean isCompressedCopy(String name) {
    for (ContentCoding coding : CodedVariants.PRECOMPRESSED) {
      String suffix = coding.fileSuffix();
      if (name.endsWith(suffix)
          && real(name.substring(0, name.length() - suffix.length())) != null) {
        return true;
      }
    }
    return false;
  }

  private static BasicFileAttributes facts(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private StaticFile.Variant variant(
      Path file, BasicFileAttributes facts, String mediaType, ContentCoding coding)
      throws IOException {
    byte[] bytes = facts.size() <= maxFileInMemoryBytes ? Files.readAllBytes(file) : null;
    EntityTag tag =
        bytes == null
            ? EntityTag.strong(EntityTag.inCoding(statTag(facts), coding))
            : EntityTag.ofContent(bytes, coding);
    Representation representation =
        Representation.of(bytes == null ? facts.size() : bytes.length, mediaType)
            .withCoding(coding)
            .withEtag(tag)
            .withLastModified(lastModified(facts));
    return new StaticFile.Variant(representation, file, bytes);
  }

  /** Never in the future (RFC 9110 §8.8.2.1). */
  private static long lastModified(BasicFileAttributes facts) {
    return Math.min(
        facts.lastModifiedTime().to(TimeUnit.SECONDS), System.currentTimeMillis() / 1000);
  }

  private static String statTag(BasicFileAttributes facts) {
    return Long.toHexString(facts.lastModifiedTime().to(TimeUnit.NANOSECONDS))
        + '-'
        + Long.toHexString(facts.size());
  }
}
