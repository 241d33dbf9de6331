package app.seventv.core.attacks;

import app.seventv.core.attacks.Attacker.Attack;
import app.seventv.core.attacks.Attacker.Target;
import app.seventv.core.attacks.Attacker.Until;
import app.seventv.core.http.Http3Client;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Datagrams from nowhere, and field sections that would not fit. */
final class QuicAttacks {
  private static final int DATAGRAMS_PER_SECOND = 500;
  private static final int INITIALS = 40;
  private static final int DATAGRAM_BYTES = 1_200;
  private static final int CONNECTIONS_PER_SECOND = 10;
  private static final long WINDOW_BYTES = 16 << 20;
  private static final long LIMIT_SECONDS = 10;

  private QuicAttacks() {}

  static void addTo(Map<String, Attack> attacks) {
    attacks.put("quic-noise", QuicAttacks::noise);
    attacks.put("quic-amplification", QuicAttacks::amplification);
    attacks.put("qpack-bomb", (target, until) -> fields(target, until, bomb()));
    attacks.put("qpack-blocked", (target, until) -> fields(target, until, blocked()));
  }

  /** Counts what comes back to a socket that answers nothing. */
  private static long drain(DatagramSocket socket, int timeoutMs) throws IOException {
    long bytes = 0;
    socket.setSoTimeout(timeoutMs);
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    try {
      while (true) {
        socket.receive(packet);
        bytes += packet.getLength();
      }
    } catch (SocketTimeoutException nothingMore) {
      return bytes;
    }
  }

  /** Random bytes, headers of unknown versions, Initials with junk tokens that nobody encrypted. */
  private static Map<String, Long> noise(Target target, Until until) throws Exception {
    Random random = new Random(1);
    long out = 0;
    long in = 0;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      for (int i = 0; until.pace(DATAGRAMS_PER_SECOND); i++) {
        byte[] bytes = new byte[i % 2 == 0 ? DATAGRAM_BYTES : 1 + random.nextInt(DATAGRAM_BYTES)];
        random.nextBytes(bytes);
        if (i % 4 != 0 && bytes.length > 60) {
          bytes[0] = (byte) (0xc0 | random.nextInt(16)); // a long header, mostly Initial
          ByteBuffer.wrap(bytes).putInt(1, i % 4 == 1 ? 1 : random.nextInt());
          bytes[5] = 8; // destination connection id
          bytes[14] = 8; // source connection id
          bytes[23] = 32; // token
        }
        socket.send(new DatagramPacket(bytes, bytes.length, target.secure()));
        out += bytes.length;
        in += i % 20 == 0 ? drain(socket, 1) : 0;
      }
      in += drain(socket, 200);
    }
    return Map.of("sent-bytes", out, "received-bytes", in);
  }

  /**
   * Real first flights, each sent from an address that never answers: what comes back must be at
   * most three times as much (RFC 9000 §8.1). Every other one carries a junk token, which makes it
   * undecipherable or an invalid Retry.
   */
  private static Map<String, Long> amplification(Target target, Until until) throws Exception {
    List<byte[]> initials = initials();
    List<DatagramSocket> victims = new ArrayList<>();
    long out = 0;
    long worst = 0;
    for (int i = 0; i < initials.size() && until.pace(INITIALS / 2); i++) {
      byte[] initial = i % 2 == 0 ? initials.get(i) : withJunkToken(initials.get(i));
      DatagramSocket victim = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      victims.add(victim);
      victim.send(new DatagramPacket(initial, initial.length, target.secure()));
      out += initial.length;
    }
    boolean waiting = true;
    while (waiting) { // the server repeats what nobody acknowledges
      waiting = until.pace(DATAGRAMS_PER_SECOND);
    }
    long in = 0;
    for (DatagramSocket victim : victims) {
      long bytes = drain(victim, 5);
      in += bytes;
      worst = Math.max(worst, bytes);
      victim.close();
    }
    return Map.of(
        "sent-bytes", out,
        "received-bytes", in,
        "worst-percent", worst * 100 / DATAGRAM_BYTES);
  }

  /** Lets clients begin a handshake with nobody and keeps their first datagrams. */
  private static List<byte[]> initials() throws Exception {
    List<byte[]> initials = new ArrayList<>();
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        DatagramSocket nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address = (InetSocketAddress) nobody.getLocalSocketAddress();
      nobody.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
      List<Channel> clients = new ArrayList<>();
      while (initials.size() < INITIALS) {
        clients.add(client(loops));
        QuicChannel.newBootstrap(clients.getLast())
            .handler(new ChannelInboundHandlerAdapter())
            .remoteAddress(address)
            .connect();
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        nobody.receive(packet);
        if (packet.getLength() >= DATAGRAM_BYTES) {
          initials.add(Arrays.copyOf(packet.getData(), packet.getLength()));
        }
        clients.getLast().close();
      }
    }
    return initials;
  }

  /** Puts a token into an Initial without one (RFC 9000 §17.2.2). */
  private static byte[] withJunkToken(byte[] initial) {
    int at = 6 + initial[5];
    at += 1 + initial[at]; // the token's length
    byte[] token = new byte[32];
    Arrays.fill(token, (byte) 'j');
    return ByteBuffer.allocate(initial.length + token.length)
        .put(initial, 0, at)
        .put((byte) token.length)
        .put(token)
        .put(initial, at + 1, initial.length - at - 1)
        .array();
  }

  private static Channel client(EventLoops loops) {
    return new Bootstrap()
        .group(loops.group())
        .channel(loops.transport().datagramChannel())
        .handler(
            new QuicClientCodecBuilder()
                .sslContext(
                    QuicSslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .applicationProtocols("h3")
                        .build())
                .maxIdleTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .initialMaxData(WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalLocal(WINDOW_BYTES)
                .initialMaxStreamDataUnidirectional(WINDOW_BYTES)
                .initialMaxStreamsUnidirectional(16)
                .build())
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  /** HEADERS with many copies of one large literal field (RFC 9204 §4.5.6), one megabyte in all. */
  private static ByteBuf bomb() {
    ByteBuf fields = Unpooled.buffer();
    fields.writeZero(2); // no dynamic table
    fields.writeBytes(new byte[] {(byte) 0xd1, (byte) 0xd7, (byte) 0xc1}); // GET https /
    while (fields.readableBytes() < 1 << 20) {
      fields.writeByte(0x21).writeByte('x'); // literal name of one byte
      fields.writeByte(0x7f).writeByte(0xa1).writeByte(0x1e).writeZero(4_000); // not Huffman
    }
    return headers(fields);
  }

  /** HEADERS that wait for an entry of a dynamic table that may not exist. */
  private static ByteBuf blocked() {
    ByteBuf fields = Unpooled.buffer();
    fields.writeByte(2).writeByte(0).writeByte(0x80);
    return headers(fields);
  }

  private static ByteBuf headers(ByteBuf fields) {
    ByteBuf frame = Unpooled.buffer();
    frame.writeByte(1).writeInt(0x8000_0000 | fields.readableBytes());
    return frame.writeBytes(fields);
  }

  /** Sends a field section on new connections, and counts those the server ends or refuses. */
  private static Map<String, Long> fields(Target target, Until until, ByteBuf frame)
      throws Exception {
    long connections = 0;
    long cutOff = 0;
    AtomicLong error = new AtomicLong(-1);
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1))) {
      while (until.pace(CONNECTIONS_PER_SECOND)) {
        Channel datagrams = client(loops);
        QuicChannel quic =
            QuicChannel.newBootstrap(datagrams)
                .handler(
                    new ChannelInboundHandlerAdapter() {
                      @Override
                      public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        if (event instanceof QuicConnectionCloseEvent close) {
                          error.set(close.error());
                        }
                      }
                    })
                .remoteAddress(target.secure())
                .connect()
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        connections++;
        QuicStreamChannel control =
            quic.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        control.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0, 4, 0}));
        QuicStreamChannel request =
            quic.createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        request.writeAndFlush(frame.retainedDuplicate());
        if (quic.closeFuture().await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          cutOff++;
        }
        quic.close().await(LIMIT_SECONDS, TimeUnit.SECONDS);
        datagrams.close().await(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      // The server is well if a proper client is served at once.
      try (Http3Client proper = Http3Client.connect(loops, target.secure())) {
        proper.get("/");
      }
    }
    return Map.of("connections", connections, "cut-off", cutOff, "error", error.get());
  }
}
