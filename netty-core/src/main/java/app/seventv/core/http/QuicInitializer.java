package app.seventv.core.http;

import app.seventv.core.tls.TlsContexts;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicTransportError;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Builds the pipelines of HTTP/3: datagram socket and QUIC connection. */
final class QuicInitializer {
  /** Flow-control windows in bytes: what a client may send before we have read it. */
  private static final long CONNECTION_WINDOW_BYTES = 4 << 20;

  private static final long STREAM_WINDOW_BYTES = 1 << 20;

  /** Control, QPACK encoder and decoder streams (RFC 9114 §6.2) and a few to spare. */
  private static final long MAX_UNIDIRECTIONAL_STREAMS = 16;

  /**
   * Largest packet, for which a path is tried: what fits an Ethernet frame behind the headers of
   * IPv6 and UDP. Connections start with 1,200 bytes, which every path takes (RFC 9000 §14).
   */
  private static final long MAX_PACKET_BYTES = 1_452;

  /** Connection ids of the client that we keep, and so paths it may have (RFC 9000 §5.1.1). */
  private static final long ACTIVE_CONNECTION_IDS = 8;

  /**
   * Silence of a client that has requests open, so that events far apart keep their connection;
   * without requests the shorter bound of {@link HttpLimits#idleTimeoutMs} holds.
   */
  private static final long SILENCE_LIMIT_MS = 120_000;

  private final ServerContext server;
  private final TlsContexts tls;
  private final QuicSteering steering;
  private final QuicTokenKeys tokenKeys;
  private final SegmentedDatagramPacketAllocator segments;

  QuicInitializer(
      ServerContext server,
      TlsContexts tls,
      QuicSteering steering,
      QuicTokenKeys tokenKeys,
      SegmentedDatagramPacketAllocator segments) {
    this.server = server;
    this.tls = tls;
    this.steering = steering;
    this.tokenKeys = tokenKeys;
    this.segments = segments;
  }

  /** Handler for one datagram socket. */
  ChannelHandler datagramHandler() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel datagrams) {
        QuicSteering.Entry entry = steering.newEntry();
        QuicAmplificationLimit limit = new QuicAmplificationLimit();
        datagrams
            .pipeline()
            .addLast(entry, new QuicAdmission(), new QuicEmptyWrites(), limit, codec(entry, limit));
      }
    };
  }

  private ChannelHandler codec(QuicSteering.Entry entry, QuicAmplificationLimit limit) {
    HttpLimits limits = server.limits;
    QuicTokens tokens = new QuicTokens(tokenKeys, this::isRetryWanted, System::currentTimeMillis);
    return new QuicServerCodecBuilder()
        .sslEngineProvider(quic -> tls.newQuicEngine(quic.alloc()))
        .localConnectionIdLength(QuicConnectionIds.LENGTH_BYTES)
        .connectionIdAddressGenerator(entry.ids())
        .activeConnectionIdLimit(ACTIVE_CONNECTION_IDS)
        .tokenHandler(tokens)
        .maxIdleTimeout(Math.max(limits.idleTimeoutMs(), SILENCE_LIMIT_MS), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(MAX_PACKET_BYTES)
        .discoverPmtu(true)
        .initialMaxData(CONNECTION_WINDOW_BYTES)
        .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW_BYTES)
        .initialMaxStreamDataUnidirectional(STREAM_WINDOW_BYTES)
        .initialMaxStreamsBidirectional(limits.maxConcurrentStreams())
        .initialMaxStreamsUnidirectional(MAX_UNIDIRECTIONAL_STREAMS)
        // The streams are ours (QuicheStreams), and so are bursts of packets: what Netty sends for
        // the handshake leaves one by one, since it has no other way if the kernel refuses.
        .option(ChannelOption.AUTO_READ, false)
        .handler(new ConnectionInitializer(entry, limit, tokens))
        .build();
  }

  /** As RFC 9000 §20.1 words it, so that clients do not take it for a connection that has ended. */
  private static void refuse(QuicChannel quic) {
    int error = (int) QuicTransportError.CONNECTION_REFUSED.code();
    quic.close(false, error, Unpooled.EMPTY_BUFFER);
  }

  private boolean isRetryWanted() {
    return server.quicHandshakes.get() >= server.limits.maxUnvalidatedHandshakes();
  }

  private final class ConnectionInitializer extends ChannelInitializer<QuicChannel> {
    private final QuicSteering.Entry entry;
    private final QuicAmplificationLimit limit;
    private final QuicTokens tokens;

    ConnectionInitializer(
        QuicSteering.Entry entry, QuicAmplificationLimit limit, QuicTokens tokens) {
      this.entry = entry;
      this.limit = limit;
      this.tokens = tokens;
    }

    /** One instance serves all connections of a socket. */
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(QuicChannel quic) {
      InetSocketAddress peer = (InetSocketAddress) quic.remoteSocketAddress();
      boolean validated = peer != null && tokens.isValidated(peer);
      quic.pipeline().addLast("amplification", limit.watch(quic, validated));
      if (!server.door.admit(quic, Protocol.HTTP_3, ProxyProtocol.OFF)) {
        quic.eventLoop().execute(() -> refuse(quic)); // once its first packet has been read
        return;
      }
      server.open.add(quic);
      InetSocketAddress local = (InetSocketAddress) quic.localSocketAddress();
      Connection connection =
          new Connection(
              Protocol.HTTP_3,
              peer == null ? new InetSocketAddress(0) : peer,
              local == null ? 0 : local.getPort(),
              true);
      quic.pipeline()
          .addLast("handshake", new HandshakeWatch(server.observer))
          .addLast("life", new Http3Life(server, quic, connection, entry, segments));
    }
  }
}
