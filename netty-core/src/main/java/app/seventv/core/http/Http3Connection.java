package app.seventv.core.http;

import app.seventv.core.transport.DatagramInput;
import app.seventv.core.transport.LoopBuffers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicheStreams;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of one HTTP/3 connection (RFC 9114 §6). Once per batch of datagrams everything that
 * has arrived is read, answered and sent; see {@link #service}. Confined to the loop.
 */
final class Http3Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Http3Connection.class);

  /** Bit of a stream id that tells unidirectional streams (RFC 9000 §2.1). */
  private static final long UNIDIRECTIONAL = 2;

  private final ServerContext server;
  private final QuicChannel channel;
  private final Connection peer;
  private final Http3Life life;
  private final QuicheStreams quic;
  private final QuicSteering.Entry socket;
  private final Http3Control control;
  private final Http3Priorities priorities;
  private final Http3Deadlines deadlines;
  private final LazyTimer timer;
  private final Http3Ids ids;
  private final Http3Sections sections;

  private final LongObjectMap<Http3Stream> streams = new LongObjectHashMap<>();
  private final Http3Blocked blocked = new Http3Blocked();
  private final ArrayDeque<Http3Stream> resumed = new ArrayDeque<>();

  /** Requests that were skipped when a later one came first; as many as may be open at most. */
  private final Set<Long> skipped = new HashSet<>();

  private long nextId;
  private boolean touched;

  /** When {@link #read} began: one clock for all requests of a turn. */
  private long readStartNs;

  private boolean servicing;
  private boolean sendScheduled;
  private boolean over;

  Http3Connection(
      ServerContext server,
      QuicChannel channel,
      Connection peer,
      Http3Life life,
      QuicheStreams quic,
      QuicSteering.Entry socket) {
    this.server = server;
    this.channel = channel;
    this.peer = peer;
    this.life = life;
    this.quic = quic;
    this.socket = socket;
    this.control = new Http3Control(this);
    this.priorities = new Http3Priorities(this, server.limits.maxConcurrentStreams());
    this.sections = new Http3Sections(this, socket.fieldLines());
    this.ids = new Http3Ids(this, quic, socket);
    this.timer = new LazyTimer(channel.eventLoop(), this::timedOut);
    this.deadlines = new Http3Deadlines(channel.eventLoop(), server.limits, this::failed);
  }

  // Parts and services.

  ServerContext server() {
    return server;
  }

  HttpLimits limits() {
    return server.limits;
  }

  Connection peer() {
    return peer;
  }

  Http3Life life() {
    return life;
  }

  QuicheStreams quic() {
    return quic;
  }

  Http3Control control() {
    return control;
  }

  Http3Priorities priorities() {
    return priorities;
  }

  Http3Deadlines deadlines() {
    return deadlines;
  }

  EventLoop eventLoop() {
    return channel.eventLoop();
  }

  ByteBufAllocator alloc() {
    return LoopBuffers.INSTANCE;
  }

  /** When the turn began in which requests are being read ({@link System#nanoTime}). */
  long readStartNs() {
    return readStartNs;
  }

  /** Decodes what requests say. */
  Http3Sections sections() {
    return sections;
  }

  // Life.

  /** The handshake is complete. */
  void open() {
    ids.update();
    control.open(sections.maxBytes());
    socket.touch(this);
    sendLater();
  }

  /** The client has broken the protocol (RFC 9114 §8): the connection ends. */
  void violated(Http3ErrorCode code) {
    if (!over) {
      over = true;
      life.blameClient();
      life.close(code);
    }
  }

  /** A defect of ours, or want of memory, costs this connection and none of the others. */
  private void failed(Throwable defect) {
    if (!over) {
      over = true;
      LOG.error("a defect of ours ends an HTTP/3 connection", defect);
      server.observer.dropped(Protocol.HTTP_3, "internal-error");
      life.close(Http3ErrorCode.H3_INTERNAL_ERROR);
    }
  }

  boolean isOver() {
    return over;
  }

  /** The QUIC connection has ended. */
  void closed() {
    over = true;
    ids.forget();
    socket.rebound().forget(this);
    resumed.clear();
    timer.cancel();
    deadlines.close();
    for (Http3Stream stream : new ArrayList<>(streams.values())) {
      stream.broken();
    }
    control.close();
  }

  // Work.

  /**
   * Takes a datagram.
   *
   * @param id key of the connection id that it was sent to
   * @return whether it was taken; if not, it is one for Netty's channel
   */
  boolean receive(DatagramPacket packet, long id) {
    try {
      return quic.receive(packet, id);
    } catch (Throwable defect) {
      failed(defect);
      return true;
    }
  }

  /** The same with a datagram where the kernel has put it. */
  boolean receive(DatagramInput input, int index, InetSocketAddress local, long id) {
    try {
      return quic.receive(input, index, local, id);
    } catch (Throwable defect) {
      failed(defect);
      return true;
    }
  }

  /** Puts this in line for {@link #service}; false if it was already. */
  boolean touch() {
    boolean first = !touched;
    touched = true;
    return first;
  }

  /**
   * Reads what has arrived, goes on with what was blocked, and sends. Never throws: the others of
   * the batch come next.
   *
   * @param idsChanged whether our connection ids may be others than before
   */
  void service(boolean idsChanged) {
    touched = false;
    servicing = true;
    try {
      if (idsChanged) {
        ids.update();
      }
      if (!over) {
        read();
        write();
      }
    } catch (Throwable defect) {
      failed(defect);
    } finally {
      servicing = false;
    }
    if (!resumed.isEmpty() && !over) {
      socket.touch(this); // by the work of others: no datagram may come that would wake them
    }
    send();
  }

  private void read() {
    readStartNs = System.nanoTime();
    for (Http3Stream stream = resumed.poll(); stream != null; stream = resumed.poll()) {
      stream.readable();
    }
    int count = quic.readable();
    for (int i = 0; i < count && !over; i++) {
      long id = quic.id(i);
      if ((id & UNIDIRECTIONAL) != 0) {
        control.readable(id);
        continue;
      }
      Http3Stream stream = streams.get(id);
      if (stream == null) {
        stream = admit(id);
      }
      if (stream != null) {
        stream.readable();
      }
    }
  }

  private @Nullable Http3Stream admit(long id) {
    if (id < nextId && !skipped.remove(id)) {
      quic.stop(id, Http3ErrorCode.H3_NO_ERROR.code()); // late, of a stream that has ended
      return null;
    }
    for (; nextId < id; nextId += Http3Frames.STREAM_ID_STEP) {
      skipped.add(nextId);
    }
    nextId = Math.max(nextId, id + Http3Frames.STREAM_ID_STEP);
    if (!life.admit(id)) {
      quic.stop(id, Http3ErrorCode.H3_REQUEST_REJECTED.code());
      quic.reset(id, Http3ErrorCode.H3_REQUEST_REJECTED.code());
      return null;
    }
    Http3Stream stream = new Http3Stream(this, id);
    streams.put(id, stream);
    priorities.opened(id);
    return stream;
  }

  /** Goes on with blocked responses while there is room for them. */
  private void write() {
    control.goOn();
    if (blocked.size() > 0) {
      control.checkStopped(); // its room tells that of the connection
    }
    Http3Stream stream = blocked.first();
    for (int turns = blocked.size(); turns > 0 && stream != null && hasRoom(); turns--) {
      Http3Stream next = blocked.after(stream);
      stream.goOn();
      stream = next != null && next.place().isInLine() ? next : null;
    }
    if (streams.size() > blocked.size() && !over) {
      checkStopped();
    }
  }

  /** Clients that do not want a response any more may say so before it begins. */
  private void checkStopped() {
    int count = quic.writable();
    for (int i = 0; i < count && !over; i++) {
      if (quic.id(i) == Http3Control.STREAM_ID) {
        control.checkStopped();
      }
      Http3Stream waiting = streams.get(quic.id(i));
      if (waiting != null && !waiting.place().isInLine()) {
        waiting.checkStopped();
      }
    }
  }

  /** A stream that was not read wants to be again. */
  void readLater(Http3Stream stream) {
    resumed.add(stream);
    if (!servicing) {
      socket.touchLater(this);
    }
  }

  /** Something was given to quiche: packets go out when everybody had a turn. */
  void sendLater() {
    if (!servicing && !sendScheduled) {
      sendScheduled = true;
      channel.eventLoop().execute(this::sendNow);
    }
  }

  private void sendNow() {
    sendScheduled = false;
    send();
    socket.flush();
  }

  private void send() {
    ChannelHandlerContext out = socket.context();
    if (out == null) {
      return;
    }
    try {
      int result = quic.send(out);
      if (result == QuicheStreams.ID_RETIRED) {
        violated(Http3ErrorCode.H3_GENERAL_PROTOCOL_ERROR); // which the client will not hear
        return;
      }
      if (result < 0) {
        throw new IllegalStateException("quiche cannot send: error " + result);
      }
      long timeoutMs = quic.timeoutMs();
      if (timeoutMs < 0) {
        timer.cancel();
      } else {
        timer.arm(System.nanoTime(), timeoutMs);
      }
    } catch (Throwable defect) {
      failed(defect);
    }
  }

  private void timedOut() {
    quic.timedOut();
    sendNow();
  }

  /** A stream has ended on both sides. */
  void closed(Http3Stream stream) {
    streams.remove(stream.id());
    priorities.closed(stream.id());
    life.streamClosed();
  }

  /** An open stream, or null. */
  @Nullable Http3Stream stream(long id) {
    return streams.get(id);
  }

  Http3Blocked blocked() {
    return blocked;
  }

  /** Whether what is blocked has its own window to blame, not those of the connection. */
  boolean hasRoom() {
    return quic.capacity(Http3Control.STREAM_ID) != 0; // negative: it tells nothing
  }
}
