package app.seventv.website;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The built site in memory, keyed by path. Read once at start: afterwards a request touches no file
 * system, and no path can lead out of the folder.
 */
final class FileTable {
  /** A built site has a few hundred small files; more means that the wrong folder was given. */
  static final int MAX_FILES = 5_000;

  static final long MAX_TOTAL_BYTES = 64L << 20;

  private static final Map<String, String> MEDIA_TYPES =
      Map.ofEntries(
          Map.entry("avif", "image/avif"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff2", "font/woff2"));

  private final Map<String, Content> files;

  private FileTable(Map<String, Content> files) {
    this.files = Map.copyOf(files);
  }

  /**
   * Reads a build's output folder; precompressed copies become forms of their originals.
   *
   * @throws IOException if the folder cannot be read, is no built site or is over the limits
   */
  static FileTable load(Path dist) throws IOException {
    if (!Files.isRegularFile(dist.resolve("index.html"))) {
      throw new NoSuchFileException(
          dist.resolve("index.html").toString(), null, "not a built website");
    }
    Map<String, Content> files = new HashMap<>();
    long totalBytes = 0;
    for (Path file : list(dist)) {
      if (!isCompressedCopy(file)) {
        totalBytes += Files.size(file);
        files.put("/" + slashed(dist.relativize(file)), read(file));
      }
      if (files.size() > MAX_FILES || totalBytes > MAX_TOTAL_BYTES) {
        throw new IOException(
            "the website in "
                + dist
                + " is over the limit of "
                + MAX_FILES
                + " files or "
                + MAX_TOTAL_BYTES
                + " bytes");
      }
    }
    return new FileTable(files);
  }

  /** The file of a decoded path, or null. */
  @Nullable Content find(String path) {
    return files.get(path);
  }

  /**
   * A file that every build has.
   *
   * @throws IOException if this one has not
   */
  Content require(String path) throws IOException {
    Content content = files.get(path);
    if (content == null) {
      throw new NoSuchFileException(path, null, "missing from the built website");
    }
    return content;
  }

  private static List<Path> list(Path dist) throws IOException {
    try (Stream<Path> paths = Files.walk(dist)) {
      return paths.filter(Files::isRegularFile).limit(4L * MAX_FILES).sorted().toList();
    }
  }

  private static Content read(Path file) throws IOException {
    Map<ContentEncoding, byte[]> compressed = new EnumMap<>(ContentEncoding.class);
    for (ContentEncoding encoding : List.of(ContentEncoding.BROTLI, ContentEncoding.GZIP)) {
      Path copy = file.resolveSibling(file.getFileName() + encoding.fileSuffix());
      if (Files.isRegularFile(copy)) {
        compressed.put(encoding, Files.readAllBytes(copy));
      }
    }
    return new Content(mediaTypeOf(file), Files.readAllBytes(file), compressed);
  }

  private static boolean isCompressedCopy(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(ContentEncoding.BROTLI.fileSuffix())
        || name.endsWith(ContentEncoding.GZIP.fileSuffix());
  }

  private static String mediaTypeOf(Path file) {
    String name = String.valueOf(file.getFileName());
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return MEDIA_TYPES.getOrDefault(extension, "application/octet-stream");
  }

  private static String slashed(Path relative) {
    return relative.toString().replace('\\', '/');
  }
}
