package app.seventv.imageprocessor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's private folder for its jobs' files. A lock that ends with the process tells the
 * folders of the living from those a crash left behind, which are removed.
 */
final class WorkFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkFolder.class);
  private static final String PREFIX = "image-processor-";
  private static final String LOCK = ".lock";

  private final Path path;
  private final FileChannel lock;

  private WorkFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Makes a folder of its own in {@code parent}, and clears away those of dead processes. */
  static WorkFolder open(Path parent) throws IOException {
    Path root = Files.createDirectories(parent).toRealPath();
    Path own = Files.createTempDirectory(root, PREFIX);
    FileChannel lock =
        FileChannel.open(
            own.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    lock.lock();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, PREFIX + "*")) {
      for (Path folder : folders) {
        if (!folder.equals(own)) {
          removeIfAbandoned(folder);
        }
      }
    }
    return new WorkFolder(own, lock);
  }

  private static void removeIfAbandoned(Path folder) {
    // A folder without a lock is being made by a process that is just starting.
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        deleteAll(folder);
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} belongs to this process", folder);
    } catch (IOException e) {
      LOG.debug("{} is left alone", folder, e);
    }
  }

  /** A new empty folder for one job. */
  Path newJobFolder() throws IOException {
    return Files.createTempDirectory(path, "job-");
  }

  /** Best effort: what stays behind goes with the next process that starts. */
  static void deleteAll(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("cannot remove {}", folder, e);
    }
  }

  @Override
  public void close() throws IOException {
    deleteAll(path);
    lock.close();
  }
}
