package app.seventv.website;

import app.seventv.core.content.CodedVariants;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.content.MediaTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
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
    Map<ContentCoding, byte[]> compressed = new EnumMap<>(ContentCoding.class);
    String name = String.valueOf(file.getFileName());
    for (ContentCoding coding : CodedVariants.PRECOMPRESSED) {
      Path copy = file.resolveSibling(name + coding.fileSuffix());
      if (Files.isRegularFile(copy)) {
        compressed.put(coding, Files.readAllBytes(copy));
      }
    }
    return new Content(MediaTypes.ofName(name), Files.readAllBytes(file), compressed);
  }

  private static boolean isCompressedCopy(Path file) {
    String name = String.valueOf(file.getFileName());
    return CodedVariants.PRECOMPRESSED.stream()
        .anyMatch(coding -> name.endsWith(coding.fileSuffix()));
  }

  private static String slashed(Path relative) {
    return relative.toString().replace('\\', '/');
  }
}
