package app.seventv.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Key exchange of sessions that are resumed, with a client that does as browsers do. */
@EveryTransport
@Covers(
    value = {Wire.H1_TLS},
    because = "the handshake is the same for HTTP/2; QUIC has its own")
class ResumedGroupTest {
  @Parameter TransportOptions.Choice transport = TransportOptions.Choice.AUTO;

  private static final String HYBRID = "X25519MLKEM768";

  @TempDir private Path directory = Path.of(".");

  /** How a handshake went. */
  private record Outcome(boolean resumed, String group) {}

  private EventLoops loops() {
    return EventLoops.start(new TransportOptions(transport, 1, true));
  }

  private HttpServer serve(EventLoops loops, int port) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    TlsOptions options =
        TlsOptions.of(TestPki.write(directory, "server", TestPki.server(1, "localhost")));
    return HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "ok")))
        .listen(HttpListener.tls(address, options))
        .start();
  }

  private static SslContext client(String... groups) throws Exception {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.OPENSSL_REFCNT)
        .protocols("TLSv1.3")
        .option(OpenSslContextOption.GROUPS, groups)
        .trustManager(TrustAll.INSTANCE)
        .endpointIdentificationAlgorithm(null)
        .build();
  }

  /** Gets an answer, and with it the tickets that come before. */
  private static Outcome get(EventLoops loops, SslContext context, InetSocketAddress server)
      throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Channel channel =
        loops
            .client()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connected) {
                    SslHandler tls = context.newHandler(connected.alloc(), "localhost", 1);
                    connected.pipeline().addLast(tls, new Asker(tls, outcome));
                  }
                })
            .connect(server)
            .sync()
            .channel();
    try {
      return outcome.get(30, TimeUnit.SECONDS);
    } finally {
      channel.close().sync();
    }
  }

  private static final class Asker extends SimpleChannelInboundHandler<ByteBuf> {
    private final SslHandler tls;
    private final CompletableFuture<Outcome> outcome;

    Asker(SslHandler tls, CompletableFuture<Outcome> outcome) {
      this.tls = tls;
      this.outcome = outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      String request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
      ctx.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf answer) throws Exception {
      long ssl = ((ReferenceCountedOpenSslEngine) tls.engine()).sslPointer();
      outcome.complete(new Outcome(SSL.isSessionReused(ssl), SSL.getGroupName(ssl)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      outcome.completeExceptionally(cause);
    }
  }

  @Test
  void whoResumesGetsX25519AndWhoDoesNotTheHybrid() throws Exception {
    try (EventLoops loops = loops()) {
      SslContext client = client(HYBRID, "x25519");
      InetSocketAddress address;
      try (HttpServer server = serve(loops, 0)) {
        address = server.addresses().getFirst();
        assertThat(get(loops, client, address)).isEqualTo(new Outcome(false, HYBRID));
        assertThat(get(loops, client, address)).isEqualTo(new Outcome(true, "X25519"));
        assertThat(get(loops, client, address)).isEqualTo(new Outcome(true, "X25519"));
      }
      try (HttpServer restarted = serve(loops, address.getPort())) { // with other ticket keys
        InetSocketAddress again = restarted.addresses().getFirst();
        assertThat(get(loops, client, again)).isEqualTo(new Outcome(false, HYBRID));
      }
    }
  }

  @Test
  void whoHasSentNoShareForX25519ResumesWithTheHybrid() throws Exception {
    try (EventLoops loops = loops();
        HttpServer server = serve(loops, 0)) {
      SslContext client = client(HYBRID);
      InetSocketAddress address = server.addresses().getFirst();
      assertThat(get(loops, client, address)).isEqualTo(new Outcome(false, HYBRID));
      assertThat(get(loops, client, address)).isEqualTo(new Outcome(true, HYBRID));
    }
  }
}
