package app.seventv.core.service;

import app.seventv.core.clibrary.CLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service does (sd_notify(3)). The socket is an AF_UNIX datagram socket,
 * which the JDK does not offer, so the three calls go to the C library. Does nothing without {@code
 * NOTIFY_SOCKET}.
 */
final class SystemdNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** Bytes of {@code sun_path} in {@code sockaddr_un} (unix(7)). */
  private static final int MAX_PATH_BYTES = 108;

  private final byte @Nullable [] path;

  private SystemdNotifier(byte @Nullable [] path) {
    this.path = path;
  }

  /** The notifier for a process environment. */
  static SystemdNotifier from(Map<String, String> environment) {
    String socket = environment.get("NOTIFY_SOCKET");
    if (socket == null || socket.isEmpty()) {
      return new SystemdNotifier(null);
    }
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    if ((path[0] != '/' && path[0] != '@') || path.length >= MAX_PATH_BYTES) {
      LOG.warn("NOTIFY_SOCKET is no path or abstract name: {}", socket);
      return new SystemdNotifier(null);
    }
    if (path[0] == '@') {
      path[0] = 0;
    }
    return new SystemdNotifier(path);
  }

  /** Sends newline-separated assignments such as {@code READY=1}; true if systemd has them. */
  boolean send(String state) {
    if (path == null) {
      return false;
    }
    try {
      int error = Native.sendDatagram(path, state.getBytes(StandardCharsets.UTF_8));
      if (error != 0) {
        LOG.warn("cannot notify systemd: error {}", error);
      }
      return error == 0;
    } catch (Throwable e) {
      LOG.warn("cannot notify systemd", e);
      return false;
    }
  }

  /** The C library's calls, linked on first use. */
  private static final class Native {
    private static final MethodHandle SOCKET =
        CLibrary.link(
            "socket",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    private static final MethodHandle SENDTO =
        CLibrary.link(
            "sendto",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
        CLibrary.link("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    /** Returns 0, or the number of the step that failed. */
    static int sendDatagram(byte[] path, byte[] payload) throws Throwable {
      int descriptor = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
      if (descriptor < 0) {
        return 1;
      }
      try (Arena arena = Arena.ofConfined()) {
        // sockaddr_un: a 16-bit family, then the path; an abstract name has no closing NUL.
        int nameBytes = Short.BYTES + path.length + (path[0] == 0 ? 0 : 1);
        MemorySegment address = arena.allocate(Short.BYTES + MAX_PATH_BYTES, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, path.length);
        MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, payload);
        long sent =
            (long)
                SENDTO.invokeExact(
                    descriptor, message, (long) payload.length, MSG_NOSIGNAL, address, nameBytes);
        return sent == payload.length ? 0 : 2;
      } finally {
        int ignored = (int) CLOSE.invokeExact(descriptor);
      }
    }
  }
}
