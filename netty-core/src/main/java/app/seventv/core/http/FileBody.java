package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * An open file that responses are sent from. Closed once everyone who sends from it has released
 * it, the socket included.
 */
public final class FileBody extends AbstractReferenceCounted {
  private final FileChannel file;
  private final long length;

  private FileBody(FileChannel file, long length) {
    this.file = file;
    this.length = length;
  }

  /**
   * Opens a regular file; blocks.
   *
   * @throws IOException if it is missing, unreadable or no regular file
   */
  public static FileBody open(Path path, LinkOption... options) throws IOException {
    if (!Files.isRegularFile(path, options)) {
      throw new IOException("not a regular file");
    }
    Set<java.nio.file.OpenOption> how =
        options.length == 0
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    FileChannel file = FileChannel.open(path, how);
    try {
      return new FileBody(file, file.size());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Bytes when it was opened. */
  public long length() {
    return length;
  }

  /**
   * Appends bytes to a buffer; blocks.
   *
   * @throws EOFException if the file is shorter by now
   */
  public void read(long position, int count, ByteBuf into) throws IOException {
    long at = position;
    while (at < position + count) {
      int n = into.writeBytes(file, at, (int) (position + count - at));
      if (n < 0) {
        throw new EOFException("the file became shorter");
      }
      at += n;
    }
  }

  /** A part for transports that copy in the kernel; holds a reference until it is written. */
  FileRegion region(long position, long count) {
    retain();
    return new Region(position, count);
  }

  @Override
  public FileBody touch(Object hint) {
    return this;
  }

  @Override
  public FileBody retain() {
    super.retain();
    return this;
  }

  @Override
  protected void deallocate() {
    try {
      file.close();
    } catch (IOException e) {
      // Nothing was written: there is nothing to lose.
    }
  }

  /** Netty's region would close the file behind the first part. */
  private final class Region extends DefaultFileRegion {
    Region(long position, long count) {
      super(file, position, count);
    }

    @Override
    protected void deallocate() {
      FileBody.this.release();
    }
  }
}
