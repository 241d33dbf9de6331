package app.seventv.core.transport;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;

/**
 * What event loops to make.
 *
 * @param choice the transport, or the best that works
 * @param loops number of loops; 0 = one per core
 * @param bufferRing whether io_uring loops share one buffer ring among their sockets
 * @param socketTables whether io_uring loops keep the sockets of websockets without a channel
 */
public record TransportOptions(Choice choice, int loops, boolean bufferRing, boolean socketTables) {
  /** Most loops one process may have. */
  private static final int MAX_LOOPS = 1024;

  /** Which system interface moves the bytes. */
  public static final Key<Choice> TRANSPORT =
      Key.of(
          "transport",
          ValueTypes.oneOf(Choice.class),
          Choice.AUTO,
          "Network transport; auto takes the first of io_uring, epoll and nio that works.");

  /** Number of event loops. */
  public static final Key<Integer> EVENT_LOOPS =
      Key.integer("event_loops", 0, 0, MAX_LOOPS, "Number of event loops; 0 = one per core.");

  /** Off switch of the shared buffer ring. */
  public static final Key<Boolean> BUFFER_RING =
      Key.bool(
          "io_uring_buffer_ring",
          true,
          "Whether the sockets of an io_uring loop receive into one shared buffer ring.");

  /** Off switch of the socket tables. */
  public static final Key<Boolean> SOCKET_TABLES =
      Key.bool(
          "io_uring_socket_tables",
          true,
          "Whether websockets of an io_uring loop go on without a channel, in little memory.");

  /** The keys above. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.of(TRANSPORT, EVENT_LOOPS, BUFFER_RING, SOCKET_TABLES);

  /** The values of the keys above. */
  public static TransportOptions from(Config config) {
    return new TransportOptions(
        config.get(TRANSPORT),
        config.get(EVENT_LOOPS),
        config.get(BUFFER_RING),
        config.get(SOCKET_TABLES));
  }

  /** The best transport with a number of loops of its own (tests, tools). */
  public static TransportOptions loops(int loops) {
    return new TransportOptions(Choice.AUTO, loops, true);
  }

  /** Everything that the transport offers. */
  public TransportOptions(Choice choice, int loops, boolean bufferRing) {
    this(choice, loops, bufferRing, true);
  }

  int loopCount() {
    return loops > 0 ? loops : Runtime.getRuntime().availableProcessors();
  }

  /** Transports as configured. */
  public enum Choice {
    /** The best that works. */
    AUTO,
    /** io_uring, or no start. */
    IO_URING,
    /** epoll, or no start. */
    EPOLL,
    /** The JDK's selector. */
    NIO
  }
}
