package app.seventv.core.tls;

import app.seventv.core.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Handshakes, and a request to see that the server took them. */
final class TestClient {
  private static final int TIMEOUT_MS = 10_000;
  private static final long WINDOW_BYTES = 1 << 20;

  private TestClient() {}

  /** Connects, says hello by name, and gets an answer. */
  static SSLSession get(
      SSLContext context, InetSocketAddress server, @Nullable String host, String... protocols)
      throws IOException {
    try (SSLSocket socket = connect(context, server, host, protocols)) {
      exchange(socket);
      return socket.getSession();
    }
  }

  static SSLSocket connect(
      SSLContext context, InetSocketAddress server, @Nullable String host, String... protocols)
      throws IOException {
    Socket plain = new Socket(server.getAddress(), server.getPort());
    plain.setSoTimeout(TIMEOUT_MS);
    SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(plain, "127.0.0.1", server.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    if (host != null) {
      parameters.setServerNames(List.of(new SNIHostName(host)));
    }
    if (protocols.length > 0) {
      parameters.setProtocols(protocols);
    }
    socket.setSSLParameters(parameters);
    try {
      socket.startHandshake();
    } catch (IOException e) {
      plain.close();
      throw e;
    }
    return socket;
  }

  static void exchange(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] start = socket.getInputStream().readNBytes(12);
    String line = new String(start, StandardCharsets.US_ASCII);
    if (!line.equals("HTTP/1.1 200")) {
      throw new IOException("unexpected answer: " + line);
    }
    while (socket.getInputStream().available() > 0) {
      socket.getInputStream().readNBytes(socket.getInputStream().available());
    }
  }

  /** Serial number of the certificate that the server shows over QUIC. */
  static long quicSerial(
      EventLoops loops,
      InetSocketAddress server,
      @Nullable String host,
      @Nullable X509Bundle identity)
      throws Exception {
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forClient()
            .trustManager(TrustAll.INSTANCE)
            .endpointIdentificationAlgorithm("")
            .applicationProtocols(Http3.supportedApplicationProtocols());
    if (identity != null) {
      builder.keyManager(identity.getKeyPair().getPrivate(), null, identity.getCertificatePath());
    }
    QuicSslContext context = builder.build();
    Channel datagrams =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.transport().datagramChannel())
            .handler(
                Http3.newQuicClientCodecBuilder()
                    .sslEngineProvider(q ->
                        host == null
                            ? context.newEngine(q.alloc())
                            : context.newEngine(q.alloc(), host, server.getPort()))
                    .maxIdleTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .initialMaxData(WINDOW_BYTES)
                    .initialMaxStreamDataBidirectionalLocal(WINDOW_BYTES)
                    .initialMaxStreamDataUnidirectional(WINDOW_BYTES)
                    .initialMaxStreamsUnidirectional(16)
                    .build())
            .bind(new InetSocketAddress(server.getAddress(), 0))
            .syncUninterruptibly()
            .channel();
    try {
      QuicChannel quic =
          QuicChannel.newBootstrap(datagrams)
              .handler(new Http3ClientConnectionHandler())
              .remoteAddress(server)
              .connect()
              .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      long serial =
          TestPki.serial(
              Objects.requireNonNull(quic.sslEngine()).getSession().getPeerCertificates()[0]);
      try {
        // A TLS 1.3 client is done before the server has looked at its certificate.
        awaitAnswer(quic);
      } finally {
        quic.close().awaitUninterruptibly(TIMEOUT_MS);
      }
      return serial;
    } finally {
      datagrams.close().awaitUninterruptibly(TIMEOUT_MS);
    }
  }

  private static void awaitAnswer(QuicChannel quic) throws Exception {
    CompletableFuture<String> status = new CompletableFuture<>();
    QuicStreamChannel stream =
        Http3.newRequestStream(quic, new StatusReader(status))
            .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    Http3Headers head =
        new DefaultHttp3Headers().method("GET").path("/").scheme("https").authority("a");
    stream
        .writeAndFlush(new DefaultHttp3HeadersFrame(head))
        .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
    if (!status.get(TIMEOUT_MS, TimeUnit.MILLISECONDS).equals("200")) {
      throw new IOException("unexpected answer: " + status.join());
    }
  }

  private static final class StatusReader extends Http3RequestStreamInboundHandler {
    private final CompletableFuture<String> status;

    StatusReader(CompletableFuture<String> status) {
      this.status = status;
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
      status.complete(String.valueOf(frame.headers().status()));
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
      frame.release();
    }

    @Override
    protected void channelInputClosed(ChannelHandlerContext ctx) {
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      status.completeExceptionally(new IOException("connection was closed"));
    }
  }
}
