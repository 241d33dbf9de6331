package app.seventv.cdn.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** A disk that fills up in the middle of a write, or cannot be read. */
final class FaultyDisk implements FileOpener {
  /** Bytes that still fit. */
  volatile long room = Long.MAX_VALUE;

  volatile boolean unreadable;

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    return new Faulty(FileChannel.open(path, options));
  }

  private final class Faulty extends FileChannel {
    private final FileChannel file;

    Faulty(FileChannel file) {
      this.file = file;
    }

    @Override
    public long write(ByteBuffer[] parts, int offset, int length) throws IOException {
      long written = 0;
      for (int i = offset; i < offset + length; i++) {
        written += write(parts[i]);
      }
      return written;
    }

    @Override
    public int write(ByteBuffer part) throws IOException {
      if (!part.hasRemaining()) {
        return 0;
      }
      if (room <= 0) {
        throw new IOException("No space left on device");
      }
      int limit = part.limit();
      part.limit((int) Math.min(limit, part.position() + room));
      int written = file.write(part);
      part.limit(limit);
      if (room != Long.MAX_VALUE) {
        room = Math.max(0, room - written); // one thread writes
      }
      return written;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      if (unreadable) {
        throw new IOException("Input/output error");
      }
      return file.read(into, position);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() throws IOException {
      return file.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      file.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      file.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer part, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
