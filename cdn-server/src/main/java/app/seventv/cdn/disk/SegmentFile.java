package app.seventv.cdn.disk;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file of the log: a header of {@link #HEADER_BYTES}, then records. Written by one thread, read
 * by any. Nobody who uses it may be interrupted: Java closes the file under an interrupted thread.
 */
final class SegmentFile implements AutoCloseable {
  static final int HEADER_BYTES = 16;
  private static final long MAGIC = 0x43444e5345473031L; // CDNSEG01
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.segment");

  private final long id;
  private final Path path;
  private final FileChannel file;
  private volatile long sizeBytes;

  private SegmentFile(long id, Path path, FileChannel file, long sizeBytes) {
    this.id = id;
    this.path = path;
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  static Path path(Path directory, long id) {
    return directory.resolve("%016x.segment".formatted(id));
  }

  /** The id in a file's name, or -1 if it is no segment. */
  static long idOf(Path path) {
    Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
    return name.matches() ? Long.parseUnsignedLong(name.group(1), 16) : -1;
  }

  /** Makes a new segment, whose name survives a crash once this returns. */
  static SegmentFile create(FileOpener opener, Path directory, long id) throws IOException {
    Path path = path(directory, id);
    FileChannel file =
        opener.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    SegmentFile segment = new SegmentFile(id, path, file, 0);
    try {
      segment.append(ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).putLong(id).flip());
      try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
        folder.force(true);
      }
      return segment;
    } catch (IOException e) {
      segment.delete();
      throw e;
    }
  }

  /** Opens a segment of an earlier run, or returns null if the file is none. */
  static @Nullable SegmentFile open(FileOpener opener, Path path) throws IOException {
    FileChannel file = opener.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    SegmentFile segment = new SegmentFile(idOf(path), path, file, file.size());
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    if (segment.read(header, 0) == HEADER_BYTES
        && header.getLong(0) == MAGIC
        && header.getLong(8) == segment.id) {
      return segment;
    }
    segment.close();
    return null;
  }

  long id() {
    return id;
  }

  Path path() {
    return path;
  }

  /** Bytes written so far. */
  long sizeBytes() {
    return sizeBytes;
  }

  /**
   * Appends all bytes or none: what a failure left behind is cut off again.
   *
   * @throws IOException if the disk is full or broken
   */
  void append(ByteBuffer... parts) throws IOException {
    long begin = sizeBytes;
    long length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    try {
      file.position(begin);
      long written = 0;
      while (written < length) {
        written += file.write(parts);
      }
      sizeBytes = begin + length;
    } catch (IOException e) {
      cutTo(begin);
      throw e;
    }
  }

  private void cutTo(long size) {
    try {
      file.truncate(size);
    } catch (IOException e) {
      // Whatever follows there has no valid head, or is written over by the next record.
    }
  }

  /** Reads until the buffer is full or the file ends; returns the bytes read. */
  int read(ByteBuffer into, long offset) throws IOException {
    int begin = into.position();
    while (into.hasRemaining()) {
      int n = file.read(into, offset + into.position() - begin);
      if (n < 0) {
        break;
      }
    }
    return into.position() - begin;
  }

  /** Reads exactly so many bytes; false if the file ends before. */
  boolean read(ByteBuf into, long offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int n = into.writeBytes(file, offset + done, count - done);
      if (n < 0) {
        return false;
      }
      done += n;
    }
    return true;
  }

  /** Waits until everything appended is on the disk itself. */
  void force() throws IOException {
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Closes it and removes it from the disk. */
  void delete() throws IOException {
    file.close();
    Files.deleteIfExists(path);
  }
}
