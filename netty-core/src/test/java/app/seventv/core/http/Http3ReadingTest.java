package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Pauses of request bodies over HTTP/3, and what a client may do to our control stream. */
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "frames of HTTP/3")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3ReadingTest {
  private static final int BODY_TIMEOUT_MS = 500;
  private static final int MIN_BYTES_PER_SECOND = 1_000;

  /** More than is read at once, less than a client's first congestion window. */
  private static final int BODY_BYTES = 40 << 10;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;
  private Http3Probe probe;
  private final CompletableFuture<Exchange> held = new CompletableFuture<>();
  private final AtomicLong heldBytes = new AtomicLong();

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, this::handle)
            .limits(
                HttpLimits.builder()
                    .bodyTimeoutMs(BODY_TIMEOUT_MS)
                    .minBodyBytesPerSecond(MIN_BYTES_PER_SECOND)
                    .build())
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

  private void handle(Exchange exchange) throws Exception {
    switch (exchange.request().path()) {
      case "/held" -> held.complete(exchange);
      case "/open" -> held.get().streamBody(new Count()); // and never answers
      default -> exchange.respond(Response.text(200, "hello"));
    }
  }

  private final class Count implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      heldBytes.addAndGet(data.readableBytes());
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
      held.join().respond(Response.text(200, "got " + heldBytes.get()));
    }

    @Override
    public void aborted() {}
  }

  private Http3Probe.Stream hold(String... fields) throws Exception {
    Http3Probe.Stream upload = probe.open().request("POST", "/held", fields);
    held.get(10, TimeUnit.SECONDS);
    return upload;
  }

  @Test
  void aBodyGoesOnWhenAnotherRequestOfTheConnectionWantsIt() throws Exception {
    hold().data(new byte[BODY_BYTES]);
    for (int i = 0; i < 5; i++) { // until nothing is on its way any more
      probe.open().request("GET", "/").end().await();
    }
    probe.open().request("GET", "/open").end();
    await().untilAsserted(() -> assertThat(heldBytes).hasValue(BODY_BYTES));
  }

  @Test
  void theTimeOfOurOwnPausesIsNotTheClients() throws Exception {
    Http3Probe.Stream upload = hold().data(new byte[100]);
    letDeadlinesPass();
    held.join().executor().execute(() -> held.join().streamBody(new Count()));
    await().until(() -> heldBytes.get() == 100);
    letTheNextLookPass();
    assertThat(upload.data(new byte[BODY_BYTES]).end().await().body())
        .isEqualTo("got " + (100 + BODY_BYTES));
  }

  @Test
  void timeBeforeContinueIsNotTheClients() throws Exception {
    Http3Probe.Stream upload = hold("expect", "100-continue");
    letDeadlinesPass();
    held.join().executor().execute(() -> held.join().streamBody(new Count()));
    await().until(() -> upload.status().equals("100"));
    upload.data(new byte[1_500]);
    letTheNextLookPass();
    assertThat(upload.end().await().body()).isEqualTo("got 1500");
  }

  /** Until a deadline has passed twice over, in which the client could do nothing. */
  private void letDeadlinesPass() {
    pass(4 * BODY_TIMEOUT_MS);
  }

  private void letTheNextLookPass() {
    pass(BODY_TIMEOUT_MS / 2);
  }

  private void pass(int ms) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    held.join().executor().schedule(() -> over.complete(null), ms, TimeUnit.MILLISECONDS);
    assertThat(over).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void aClientMustNotStopTheControlStream() throws Exception {
    hold();
    probe.control.get(10, TimeUnit.SECONDS).shutdownInput(0);
    assertThat(probe.closed.get(10, TimeUnit.SECONDS))
        .isEqualTo(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM.code());
  }

  @Test
  void anAnnouncedSectionTakesNoMoreMemoryThanHasArrived() {
    UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
    Http3Reader reader = new Http3Reader(new Nobody(), alloc, 64 << 10);
    ByteBuf in = Unpooled.buffer();
    Http3Frames.writeHeader(in, Http3Frames.HEADERS, 60_000);
    reader.read(in.writeByte(0));
    assertThat(alloc.metric().usedHeapMemory() + alloc.metric().usedDirectMemory())
        .isLessThan(1_000);
    reader.read(in.writeZero(59_998));
    reader.close();
    assertThat(alloc.metric().usedHeapMemory() + alloc.metric().usedDirectMemory()).isZero();
  }

  private static final class Nobody implements Http3Reader.Sink {
    @Override
    public void fields(ByteBuf section) {}

    @Override
    public void data(ByteBuf payload) {}

    @Override
    public void violated(Http3ErrorCode code) {}

    @Override
    public boolean isOver() {
      return false;
    }
  }
}
