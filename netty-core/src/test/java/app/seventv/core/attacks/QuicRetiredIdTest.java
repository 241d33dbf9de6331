package app.seventv.core.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A client that takes back the connection id to which it is sending (RFC 9000 §19.16). */
@Tag("attacks")
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "frames of QUIC")
@SuppressWarnings("NullAway.Init") // JUnit sets the transport first
class QuicRetiredIdTest {
  private static final String SECRET = "CLIENT_TRAFFIC_SECRET_0 ";
  private static final int ID_BYTES = 16;
  private static final int LIMIT_SECONDS = 20;

  /** RETIRE_CONNECTION_ID of the first id, and padding. */
  private static final byte[] RETIRE = HexFormat.of().parseHex("1900" + "00".repeat(30));

  @Parameter TransportOptions.Choice transport;

  private final Queue<String> drops = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<byte[]> secret = new CompletableFuture<>();
  private final CompletableFuture<byte[]> id = new CompletableFuture<>();

  /** Learns the id to which the client sends its packets with short headers. */
  private final class IdReader extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ByteBuf packet = ((DatagramPacket) message).content();
      if (packet.isReadable() && packet.getByte(packet.readerIndex()) >= 0) {
        id.complete(ByteBufUtil.getBytes(packet, packet.readerIndex() + 1, ID_BYTES));
      }
      ctx.write(message, promise);
    }
  }

  private Channel client(EventLoops loops) {
    return new Bootstrap()
        .group(loops.group())
        .channel(loops.transport().datagramChannel())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new IdReader(), codec().build());
              }
            })
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  private QuicClientCodecBuilder codec() {
    return new QuicClientCodecBuilder()
        .sslContext(
            QuicSslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocols("h3")
                .keylog((engine, line) -> {
                  if (line.startsWith(SECRET)) {
                    String hex = line.substring(line.lastIndexOf(' ') + 1).strip();
                    secret.complete(HexFormat.of().parseHex(hex));
                  }
                })
                .build())
        .maxIdleTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .initialMaxData(1 << 20)
        .initialMaxStreamDataUnidirectional(1 << 20)
        .initialMaxStreamsUnidirectional(16);
  }

  private byte[] retirement() throws Exception {
    ByteBuffer header = ByteBuffer.allocate(1 + ID_BYTES + 4);
    header.put((byte) 0x43).put(id.get(LIMIT_SECONDS, TimeUnit.SECONDS)).putInt(1_000);
    byte[] key = secret.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    return QuicFirstFlight.protectedPacket(key, header.array(), 1 + ID_BYTES, RETIRE);
  }

  @Test
  void isAtFaultItself(@TempDir Path directory) throws Exception {
    HttpObserver observer =
        new HttpObserver() {
          @Override
          public void dropped(Protocol protocol, String reason) {
            drops.add(reason);
          }
        };
    try (EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
        HttpServer server =
            HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "hello")))
                .observer(observer)
                .listen(
                    HttpListener.tlsAndQuic(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        TestCertificate.in(directory)))
                .start()) {
      InetSocketAddress address = server.addresses().getFirst();
      Channel datagrams = client(loops);
      QuicChannel.newBootstrap(datagrams)
          .handler(new ChannelInboundHandlerAdapter())
          .remoteAddress(address)
          .connect()
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      ChannelHandlerContext raw = datagrams.pipeline().context(IdReader.class);
      raw.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(retirement()), address));
      await().until(() -> !drops.isEmpty());
      assertThat(drops).containsExactly("connection-error");
      await().until(() -> server.openConnections() == 0);
      datagrams.close().syncUninterruptibly();
    }
  }
}
