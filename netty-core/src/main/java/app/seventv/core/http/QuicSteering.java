package app.seventv.core.http;

import app.seventv.core.transport.DatagramInput;
import app.seventv.core.transport.DatagramRelay;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicheSocket;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each datagram of one UDP port to the codec that owns its connection. The kernel spreads
 * senders over the sockets by address, which goes wrong when a client's address changes (NAT,
 * migration, RFC 9000 §9) or when the number of sockets does; the connection id stays right.
 *
 * <p>Netty's {@code QuicCodecDispatcher} is the same idea, but looks at short headers only, so that
 * a handshake is lost when the address changes, has no bound on what it hands over, and knows no
 * other process.
 */
final class QuicSteering {
  private static final Logger LOG = LoggerFactory.getLogger(QuicSteering.class);

  /** Datagrams on their way to another loop; more are dropped, as a full socket buffer would. */
  private static final int MAX_HOPS = 4_096;

  private static final int LONG_HEADER = 0x80;

  /** Index of the id in a short header (RFC 9000 §17.3). */
  private static final int SHORT_HEADER_ID = 1;

  /** Index of the id's length in a long header, after flags and version (RFC 9000 §17.2). */
  private static final int LONG_HEADER_ID_LENGTH = 5;

  private final DatagramRelay relay;
  private final HttpObserver observer;
  private final List<Entry> entries = new CopyOnWriteArrayList<>();

  QuicSteering(DatagramRelay relay, HttpObserver observer) {
    this.relay = relay;
    this.observer = observer;
  }

  /** Where the datagrams of one socket come in; to be put in front of its codec. */
  Entry newEntry() {
    Entry entry = new Entry(entries.size());
    entries.add(entry);
    return entry;
  }

  /** Takes a datagram that a successor has received for us. */
  void fromSuccessor(DatagramPacket packet) {
    int id = idIndex(packet.content());
    if (id < 0) {
      packet.release();
    } else if (QuicConnectionIds.generation(packet.content(), id) != relay.generation()) {
      relay.send(packet); // of a generation before ours
    } else {
      int socket = QuicConnectionIds.socket(packet.content(), id);
      if (socket < entries.size()) {
        entries.get(socket).hop(packet);
      } else {
        packet.release();
      }
    }
  }

  /** Index of the destination connection id if it is one of ours, of whatever generation, or -1. */
  private static int idIndex(ByteBuf packet) {
    int start = packet.readerIndex();
    int readable = packet.readableBytes();
    if (readable < SHORT_HEADER_ID + QuicConnectionIds.LENGTH_BYTES) {
      return -1;
    }
    int id = start + SHORT_HEADER_ID;
    if ((packet.getByte(start) & LONG_HEADER) != 0) {
      id = start + LONG_HEADER_ID_LENGTH + 1;
      boolean whole = readable >= LONG_HEADER_ID_LENGTH + 1 + QuicConnectionIds.LENGTH_BYTES;
      if (!whole || packet.getByte(id - 1) != QuicConnectionIds.LENGTH_BYTES) {
        return -1;
      }
    }
    return QuicConnectionIds.isOurs(packet, id) ? id : -1;
  }

  /** First handler of a datagram socket. */
  final class Entry extends ChannelDuplexHandler {
    private final int index;
    private final AtomicInteger hops = new AtomicInteger();
    private final QuicConnectionIds ids;
    private final QuicheSocket memory = new QuicheSocket(new SendFailures());
    private final Http3FieldLines fieldLines = new Http3FieldLines();
    private final LongObjectMap<Http3Connection> connections = new LongObjectHashMap<>();
    private final QuicRebound rebound = new QuicRebound();

    /** Connections for which something has arrived since the last {@link #complete}. */
    private List<Http3Connection> touched = new ArrayList<>();

    private List<Http3Connection> serviced = new ArrayList<>();

    private boolean idsMade;
    private boolean completeScheduled;
    private volatile @Nullable ChannelHandlerContext context;

    Entry(int index) {
      this.index = index;
      this.ids = new QuicConnectionIds(relay.generation(), index);
    }

    /** Generator for the codec behind this entry. */
    QuicConnectionIds ids() {
      return ids;
    }

    /** For the connections of this socket. */
    QuicheSocket memory() {
      return memory;
    }

    /** For the connections of this socket. */
    Http3FieldLines fieldLines() {
      return fieldLines;
    }

    /** Clients of this socket that have another port now. */
    QuicRebound rebound() {
      return rebound;
    }

    /** Where packets are written, or null if the socket is closed. */
    @Nullable ChannelHandlerContext context() {
      return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      context = ctx;
      memory.attach(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      context = null;
      memory.close(); // connections that have something to do yet find themselves at their end
    }

    // Connections whose handshake is complete.

    /** Datagrams whose id has this key are for the connection. */
    void register(long key, Http3Connection connection) {
      connections.put(key, connection);
    }

    /** The id is not used any more. */
    void forget(long key) {
      connections.remove(key);
    }

    /** The connection has something to do before the current batch is over. */
    void touch(Http3Connection connection) {
      if (connection.touch()) {
        touched.add(connection);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      int id = idIndex(packet.content());
      if (id < 0) {
        receive(ctx, packet, id); // a first packet, or noise
        return;
      }
      if (QuicConnectionIds.generation(packet.content(), id) != relay.generation()) {
        relay.send(packet);
        return;
      }
      int owner = QuicConnectionIds.socket(packet.content(), id);
      if (owner == index || owner >= entries.size()) {
        receive(ctx, packet, id);
      } else {
        entries.get(owner).hop(alone(ctx, packet));
      }
    }

    /** The same with memory of its own: else it would keep that of all datagrams of a read. */
    private static DatagramPacket alone(ChannelHandlerContext ctx, DatagramPacket packet) {
      ByteBuf content = packet.content();
      ByteBuf own = ctx.alloc().directBuffer(content.readableBytes()).writeBytes(content);
      packet.release();
      return new DatagramPacket(own, packet.recipient(), packet.sender());
    }

    /** Hands a datagram to the loop of this entry; from any thread. */
    private void hop(DatagramPacket packet) {
      ChannelHandlerContext ctx = context;
      if (ctx == null || hops.get() >= MAX_HOPS) {
        packet.release();
        observer.dropped(Protocol.HTTP_3, "steering-overload");
        return;
      }
      hops.incrementAndGet();
      ctx.executor().execute(() -> land(ctx, packet));
    }

    private void land(ChannelHandlerContext ctx, DatagramPacket packet) {
      receive(ctx, packet, idIndex(packet.content()));
      if (hops.decrementAndGet() == 0) {
        complete(ctx); // the last of a batch
      }
    }

    private void receive(ChannelHandlerContext ctx, DatagramPacket packet, int id) {
      long key = id < 0 ? 0 : QuicConnectionIds.key(packet.content(), id);
      Http3Connection connection = id < 0 ? null : connections.get(key);
      rebound.cameFrom(packet.sender(), connection);
      if (connection == null) {
        ctx.fireChannelRead(packet);
      } else {
        touch(connection);
        if (connection.receive(packet, key)) {
          rebound.update(connection);
          packet.release();
          return;
        }
        ctx.fireChannelRead(connection.quic().forNetty(packet));
      }
      idsMade |= ids.takeMade();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      DatagramInput input = memory.input();
      // Not of a socket that a successor reads from now on.
      if (input != null && ctx.channel().config().isAutoRead()) {
        readMore(ctx, input);
      }
      if (QuicheSocket.nothingWaits(ctx.channel())) {
        complete(ctx);
      } else {
        // With io_uring the news that a packet is sent often comes behind the next datagram.
        // Packets that did not wait for it would go by the channel, one operation each, and the
        // next ones behind them, for as long as datagrams come.
        completeSoon(ctx);
      }
    }

    /** Takes what has arrived behind the datagrams that the channel has read. */
    private void readMore(ChannelHandlerContext ctx, DatagramInput input) {
      InetSocketAddress local = (InetSocketAddress) ctx.channel().localAddress();
      int count = input.receive();
      for (int i = 0; i < count; i++) {
        ByteBuf content = input.content(i);
        Http3Connection connection = known(content);
        if (connection != null && connection.receive(input, i, local, shortKey(content))) {
          touch(connection);
        } else {
          ByteBuf own = ctx.alloc().directBuffer(content.readableBytes()).writeBytes(content);
          channelRead(ctx, new DatagramPacket(own, local, input.sender(i)));
        }
      }
    }

    /**
     * The connection to which a datagram with a short header (RFC 9000 §17.3) belongs if it is one
     * of this socket, or null. That its id is ours shows by its being known.
     */
    private @Nullable Http3Connection known(ByteBuf packet) {
      return packet.readableBytes() >= SHORT_HEADER_ID + QuicConnectionIds.LENGTH_BYTES
              && (packet.getByte(packet.readerIndex()) & LONG_HEADER) == 0
          ? connections.get(shortKey(packet))
          : null;
    }

    private static long shortKey(ByteBuf packet) {
      return QuicConnectionIds.key(packet, packet.readerIndex() + SHORT_HEADER_ID);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ctx.write(rebound.readdressed(message), promise);
    }

    /** The end of a batch: what has arrived is answered. */
    private void complete(ChannelHandlerContext ctx) {
      while (!touched.isEmpty()) {
        List<Http3Connection> batch = touched;
        touched = serviced; // for those that are touched meanwhile
        serviced = batch;
        boolean changed = idsMade;
        idsMade = false;
        for (int i = 0; i < batch.size(); i++) {
          batch.get(i).service(changed);
        }
        batch.clear();
      }
      ctx.flush();
      ctx.fireChannelReadComplete(); // what the codec behind has to do and to send
    }

    /** Like {@link #touch}, outside of a batch. */
    void touchLater(Http3Connection connection) {
      touch(connection);
      ChannelHandlerContext ctx = context;
      if (ctx != null) {
        completeSoon(ctx);
      }
    }

    private void completeSoon(ChannelHandlerContext ctx) {
      if (!completeScheduled) {
        completeScheduled = true;
        ctx.executor()
            .execute(() -> {
              completeScheduled = false;
              complete(ctx);
            });
      }
    }

    /** Counts; one line of log when bursts end for good. */
    private final class SendFailures implements QuicheSocket.SendFailures {
      @Override
      public void burstRefused(boolean forGood, Throwable cause) {
        observer.quicSendFailed(HttpObserver.QuicSend.BURST);
        if (forGood) {
          LOG.warn("QUIC packets of socket {} leave one by one from now on", index, cause);
        }
      }

      @Override
      public void sendFailed(Throwable cause) {
        observer.quicSendFailed(HttpObserver.QuicSend.PACKET);
      }
    }

    /** Sends what was written. */
    void flush() {
      ChannelHandlerContext ctx = context;
      if (ctx != null) {
        ctx.flush();
      }
    }
  }
}
