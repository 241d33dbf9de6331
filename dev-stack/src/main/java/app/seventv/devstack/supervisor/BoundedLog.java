package app.seventv.devstack.supervisor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A log file of at most {@code maxBytes}; when full it becomes {@code NAME.1}, replacing the one
 * before, so that a process's output costs at most twice that on disk. Not safe for several writers
 * of one path.
 */
final class BoundedLog {
  private static final int COPY_BUFFER_BYTES = 8 * 1024;

  private final Path path;
  private final long maxBytes;

  BoundedLog(Path path, long maxBytes) {
    this.path = path;
    this.maxBytes = maxBytes;
  }

  /** Appends everything {@code input} delivers until its end. */
  void copyFrom(InputStream input) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    byte[] buffer = new byte[COPY_BUFFER_BYTES];
    OutputStream output = open();
    try {
      long size = Files.size(path);
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        if (size + n > maxBytes) {
          output.close();
          Files.move(path, previous(), StandardCopyOption.REPLACE_EXISTING);
          output = open();
          size = 0;
        }
        output.write(buffer, 0, n);
        size += n;
      }
    } finally {
      output.close();
    }
  }

  /** The last {@code count} lines, without those that a rotation has moved away. */
  List<String> tail(int count) {
    try {
      List<String> lines =
          new String(Files.readAllBytes(path), StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }

  Path path() {
    return path;
  }

  Path previous() {
    return path.resolveSibling(path.getFileName() + ".1");
  }

  private OutputStream open() throws IOException {
    return Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
