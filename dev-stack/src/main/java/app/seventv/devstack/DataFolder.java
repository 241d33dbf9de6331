package app.seventv.devstack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The one folder that holds everything a run keeps: data of the backing services, configuration,
 * certificate, logs. It is locked while in use, and only a folder that carries our mark is wiped.
 */
final class DataFolder implements AutoCloseable {
  private static final String MARK = ".dev-stack";

  private final Path path;
  private final FileChannel channel;

  private DataFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens and locks the folder, creating it when absent.
   *
   * @param wipe whether to delete what an earlier run has kept
   * @throws UsageException when another run uses it, or it is not ours
   */
  static DataFolder open(Path path, boolean wipe) throws IOException {
    Path folder = path.toAbsolutePath().normalize();
    Files.createDirectories(folder);
    Path mark = folder.resolve(MARK);
    if (!Files.exists(mark) && !isEmpty(folder)) {
      throw new UsageException(
          folder + " holds files that are not the development stack's; choose another with --data");
    }
    FileChannel channel =
        FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!tryLock(channel)) {
      channel.close();
      throw new UsageException(
          folder + " is in use by another run; stop it or choose another folder with --data");
    }
    if (wipe) {
      deleteContents(folder, mark);
    }
    return new DataFolder(folder, channel);
  }

  /** The folder itself. */
  Path path() {
    return path;
  }

  /** A folder inside, created when absent. */
  Path sub(String name) throws IOException {
    return Files.createDirectories(path.resolve(name));
  }

  /** Deletes everything, the folder included; it must be closed first. */
  void delete() throws IOException {
    deleteContents(path, path);
    Files.delete(path);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void deleteContents(Path folder, Path keep) throws IOException {
    List<Path> doomed;
    try (Stream<Path> tree = Files.walk(folder)) {
      doomed = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path entry : doomed) {
      if (!entry.equals(folder) && !entry.equals(keep)) {
        Files.delete(entry);
      }
    }
  }
}
