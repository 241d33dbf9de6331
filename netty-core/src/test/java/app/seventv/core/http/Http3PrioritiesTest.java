package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http3.DefaultHttp3UnknownFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PRIORITY_UPDATE frames of HTTP/3 (RFC 9218 §7.2). */
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "frames of HTTP/3; Http2OrderTest has those of HTTP/2")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3PrioritiesTest {
  @Parameter TransportOptions.Choice transport;

  private static final long REQUEST = 0xF0700;
  private static final long PUSH = 0xF0701;
  private static final int BODY_BYTES = 900 << 10;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;
  private Http3Probe probe;
  private final Map<String, Exchange> held = new ConcurrentHashMap<>();

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, this::handle)
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
    probe = new Http3Probe(loops, server.addresses().getFirst());
  }

  @AfterEach
  void stop() {
    probe.close();
    server.close();
    loops.close();
  }

  private void handle(Exchange exchange) {
    if (exchange.request().path().equals("/now")) {
      exchange.respond(Response.text(200, "now"));
    } else {
      held.put(exchange.request().path(), exchange);
    }
  }

  private void update(long type, long id, String value) {
    ByteBuf payload = Unpooled.buffer().writeLong(id | 0xC000_0000_0000_0000L);
    payload.writeCharSequence(value, StandardCharsets.US_ASCII);
    await()
        .until(() -> Http3.getLocalControlStream(probe.quic()), Objects::nonNull)
        .writeAndFlush(new DefaultHttp3UnknownFrame(type, payload));
  }

  private void release(String path) {
    Objects.requireNonNull(held.remove(path))
        .respond(
            Response.of(200, Response.newHeaders(), Unpooled.wrappedBuffer(new byte[BODY_BYTES])));
  }

  /** Order in which two responses end that begin in the order of their requests. */
  private List<String> order(Runnable afterTheRequests) throws Exception {
    Http3Probe.Stream first = probe.open().request("GET", "/first").end();
    Http3Probe.Stream second = probe.open().request("GET", "/second").end();
    await().until(() -> held.size() == 2);
    ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    first.ended.thenRun(() -> order.add("first"));
    second.ended.thenRun(() -> order.add("second"));
    afterTheRequests.run();
    probe.open().request("GET", "/now").end().await(); // what was sent before has arrived
    release("/first");
    release("/second");
    first.await();
    second.await();
    return List.copyOf(order);
  }

  @Test
  void anUpdateReordersResponses() throws Exception {
    assertThat(order(() -> {})).containsExactly("first", "second");
    assertThat(order(() -> update(REQUEST, 12, "u=6"))).containsExactly("second", "first");
  }

  @Test
  void anUpdateMayComeBeforeItsRequest() throws Exception {
    update(REQUEST, 4, "u=6");
    probe.open().request("GET", "/now").end().await();
    assertThat(order(() -> {})).containsExactly("second", "first");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 1L << 40})
  void anUpdateForWhatCannotBeARequestEndsTheConnection(long id) {
    update(REQUEST, id, "u=1");
    await().until(probe.closed::isDone);
    assertThat(probe.closed.join()).isEqualTo(Http3ErrorCode.H3_ID_ERROR.code());
  }

  @Test
  void thereIsNoPushToPrioritize() {
    update(PUSH, 0, "u=1");
    await().until(probe.closed::isDone);
    assertThat(probe.closed.join()).isEqualTo(Http3ErrorCode.H3_ID_ERROR.code());
  }

  @Test
  void prioritiesAreReadLeniently() {
    assertThat(Priority.parse("u=1, i", Priority.DEFAULT)).isEqualTo(new Priority(1, true));
    assertThat(Priority.parse("i=?0;x=1,u=7", Priority.DEFAULT)).isEqualTo(new Priority(7, false));
    assertThat(Priority.parse("u=9", Priority.DEFAULT)).isEqualTo(Priority.DEFAULT);
    assertThat(Priority.parse("nonsense;;, ,", Priority.DEFAULT)).isEqualTo(Priority.DEFAULT);
  }
}
