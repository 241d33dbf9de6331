package app.seventv.core.transport;

import com.sun.security.auth.module.UnixSystem;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of a {@link Handover}: the unix socket, {@code PATH.GENERATION} for datagrams and
 * {@code PATH.lock}, which a process holds from before it looks for a predecessor until it can be
 * found itself. Of two successors that race, one so gets a clear error instead of a service that
 * both run. Only this process's user may use them.
 */
final class HandoverPath implements AutoCloseable {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** {@code sun_path} has 108 octets (unix(7)), of which the generation takes four and NUL one. */
  private static final int MAX_PATH_BYTES = 103;

  private final Path path;
  private @Nullable FileChannel lockFile;

  /**
   * Takes the lock.
   *
   * @throws IOException if another process has it, or if the path is unfit; the message says why
   */
  HandoverPath(Path path) throws IOException {
    this.path = path.toAbsolutePath();
    check(this.path);
    FileChannel file = openLock();
    try {
      FileLock lock = file.tryLock(); // goes with its channel
      if (lock == null) {
        throw new OverlappingFileLockException();
      }
    } catch (OverlappingFileLockException e) {
      file.close();
      throw new IOException("another process is just starting with the handover path " + path, e);
    }
    lockFile = file;
  }

  /**
   * Whether sockets can be where they are to be.
   *
   * @throws IOException if not; the message says why
   */
  static void check(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    if (absolute.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IOException(
          "the handover path has over "
              + MAX_PATH_BYTES
              + " bytes, too many for a socket: "
              + path);
    }
    if (!Files.isDirectory(absolute.resolveSibling(""))) {
      throw new IOException("cannot write beside the handover path " + path + ": no such folder");
    }
    if (Files.exists(path) && !Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
      throw new IOException("the handover path is not a socket and is left alone: " + path);
    }
  }

  private FileChannel openLock() throws IOException {
    try {
      return FileChannel.open(
          Path.of(path + ".lock"),
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (IOException e) {
      throw new IOException("cannot write beside the handover path " + path, e);
    }
  }

  DomainSocketAddress socket() {
    return new DomainSocketAddress(path.toString());
  }

  DomainSocketAddress relay(int generation) {
    return new DomainSocketAddress(path + "." + generation);
  }

  /**
   * Whether connecting can only fail for want of a predecessor.
   *
   * @throws IOException if a socket is there that another user owns
   */
  boolean mayHavePredecessor() throws IOException {
    boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    if (exists && !Files.isWritable(path)) {
      throw new IOException("no permission to use the handover socket " + path);
    }
    return exists;
  }

  /** Makes room for a socket: what is left of a process that was killed goes. */
  static void clear(DomainSocketAddress address) throws IOException {
    Files.deleteIfExists(Path.of(address.path()));
  }

  /** Keeps other users from a socket; until then {@link #isSameUser} does. */
  static void restrict(DomainSocketAddress address) throws IOException {
    Files.setPosixFilePermissions(Path.of(address.path()), OWNER_ONLY);
  }

  /** Whether the process at the other end belongs to our user. */
  static boolean isSameUser(Channel channel) throws IOException {
    return channel instanceof EpollDomainSocketChannel domain
        && domain.peerCredentials().uid() == new UnixSystem().getUid();
  }

  /** From now on others find this process at the path, or nobody. */
  void release() throws IOException {
    FileChannel file = lockFile;
    lockFile = null;
    if (file != null) {
      file.close();
    }
  }

  @Override
  public void close() throws IOException {
    release();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
