package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.RawHttp2Client.Frame;
import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that flood, stall or trickle; each ends with the right error and the right reason. */
@ParameterizedClass
@MethodSource("variants")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http2AbuseTest {
  private static final long ENHANCE_YOUR_CALM = 11;
  private static final int MAX_RESETS = 20;
  private static final int MAX_CONTROL_FRAMES = 100;
  private static final long LIMIT_MS = 400;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private LeakWatch leaks;
  private EventLoops loops;
  private TlsFiles certificate;
  private Http2TestServer server;
  private final AtomicInteger ended = new AtomicInteger();
  private final Queue<Exchange> paused = new ConcurrentLinkedQueue<>();

  static Stream<Arguments> variants() {
    return Stream.of(
            TransportOptions.Choice.IO_URING,
            TransportOptions.Choice.EPOLL,
            TransportOptions.Choice.NIO)
        .flatMap(choice -> Stream.of(Arguments.of(choice, false), Arguments.of(choice, true)));
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    leaks = new LeakWatch();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    certificate = TestCertificate.in(directory);
    HttpLimits limits =
        HttpLimits.builder()
            .maxStreamResets(MAX_RESETS)
            .maxControlFrames(MAX_CONTROL_FRAMES)
            .headerTimeoutMs(LIMIT_MS)
            .bodyTimeoutMs(LIMIT_MS)
            .idleTimeoutMs(LIMIT_MS)
            .build();
    server = new Http2TestServer(loops, certificate, limits, this::handle);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    leaks.close();
  }

  private void handle(Exchange exchange) {
    exchange.onEnd(ended::incrementAndGet);
    switch (exchange.request().path()) {
      case "/big" -> exchange.respond(Response.of(200, "text/plain", new byte[1 << 20]));
      case "/hold" -> exchange.streamBody(new Sink());
      case "/echo" ->
          exchange.readBody(
              1 << 20, body -> exchange.respond(Response.of(200, "text/plain", body)));
      case "/paused" -> {
        exchange.streamBody(new Sink());
        exchange.pauseBody();
        paused.add(exchange);
        exchange.onEnd(() -> paused.remove(exchange));
      }
      case "/defect" -> throw new AssertionError("made by a test");
      default -> exchange.respond(Response.text(200, "ok"));
    }
  }

  /** Drops what comes, never answers. */
  private static final class Sink implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {}

    @Override
    public void aborted() {}
  }

  private RawHttp2Client connect(int... settings) throws IOException {
    server.drops().clear();
    return server.connect(tls, settings);
  }

  private void assertCalmedDown(RawHttp2Client client, String reason) throws IOException {
    assertThat(client.awaitClose()).isEqualTo(ENHANCE_YOUR_CALM);
    assertThat(server.drops()).contains(reason);
    try (RawHttp2Client other = server.connect(tls)) {
      other.request(1, true, "GET", "/");
      assertThat(other.reply(1).body()).as("the server lives").isEqualTo("ok");
    }
  }

  @Test
  void rapidResets() throws Exception {
    try (RawHttp2Client client = connect()) {
      int before = ended.get();
      for (int i = 0; i <= MAX_RESETS; i++) {
        client.request(2 * i + 1, false, "POST", "/hold");
        client.reset(2 * i + 1);
      }
      assertCalmedDown(client, "reset-flood");
      await().until(() -> ended.get() >= before + MAX_RESETS);
    }
  }

  @Test
  void resetsThatTheClientMakesTheServerSend() throws Exception {
    try (RawHttp2Client client = connect()) {
      for (int i = 0; i <= MAX_RESETS; i++) {
        client.request(2 * i + 1, false, "POST", "/hold");
        client.windowUpdate(2 * i + 1, 0);
      }
      assertCalmedDown(client, "reset-flood");
    }
  }

  @Test
  void continuationsWithoutEnd() throws Exception {
    Map<byte[], Integer> floods = Map.of(new byte[0], 9, new byte[1], 129, new byte[16_384], 9);
    for (Map.Entry<byte[], Integer> flood : floods.entrySet()) {
      byte[] part = flood.getKey();
      try (RawHttp2Client client = connect()) {
        client.frame(Http2Frames.HEADERS, 0, 1, new byte[0]);
        for (int i = 0; i < flood.getValue(); i++) {
          client.frame(Http2Frames.CONTINUATION, 0, 1, part);
        }
        assertCalmedDown(client, "continuation-flood");
      }
    }
  }

  @Test
  void headerBlocksInManySmallPartsAreLegal() throws Exception {
    try (RawHttp2Client client = connect()) {
      byte[] block =
          client.block(
              ":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a".repeat(90));
      client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, block[0]);
      for (int i = 1; i < block.length; i++) {
        int flags = i == block.length - 1 ? Http2Frames.END_HEADERS : 0;
        client.frame(Http2Frames.CONTINUATION, flags, 1, block[i]);
      }
      assertThat(block.length).isBetween(90, 128);
      assertThat(client.reply(1).body()).isEqualTo("ok");
    }
  }

  /** RFC 7541 §4.2: the next header block tells of two sizes, however often they changed. */
  @Test
  void changesOfTheCompressionTableDoNotAddUp() throws Exception {
    try (RawHttp2Client client = connect()) {
      int[] changes = new int[4_000];
      for (int i = 0; i < changes.length; i += 2) {
        changes[i] = Http2Frames.SETTINGS_HEADER_TABLE_SIZE;
        changes[i + 1] = i % 4 == 0 ? 0 : -1;
      }
      client.settings(changes);
      client.request(1, true, "GET", "/");
      Frame head = client.await(f -> f.streamId() == 1);
      assertThat(head.payload()).startsWith(0x20, 0x3f, 0xe1, 0x1f).hasSizeLessThan(200);
      assertThat(client.decode(head)).containsEntry(":status", "200");
      client.request(3, true, "GET", "/");
      assertThat(client.reply(3).status()).isEqualTo("200");
    }
  }

  @Test
  void defectsOfTheServerEndTheConnectionWithTheRightError() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/defect");
      assertThat(client.awaitClose()).isEqualTo(2); // INTERNAL_ERROR
      assertThat(server.drops()).containsExactly("internal-error");
    }
  }

  @Test
  void aConnectionThatIsCutCountsOnce() throws Exception {
    HttpLimits limits = HttpLimits.DEFAULT;
    try (Http2TestServer fresh = new Http2TestServer(loops, certificate, limits, this::handle);
        RawHttp2Client client = fresh.connect(tls, 4, 1 << 24)) {
      client.windowUpdate(0, 1 << 30);
      client.request(1, false, "POST", "/paused");
      for (int i = 1; i < 40; i++) {
        client.request(2 * i + 1, true, "GET", "/big");
      }
      client.await(Http2Frames.DATA);
      assertThat(paused).hasSize(1);
      client.cut();
      await().until(paused::isEmpty);
      try (RawHttp2Client other = fresh.connect(tls)) {
        other.request(1, true, "GET", "/");
        assertThat(other.reply(1).status()).isEqualTo("200");
      }
      assertThat(fresh.drops().stream().filter("transport-error"::equals).count())
          .as("each write that waited fails, and TLS may hide them all")
          .isLessThanOrEqualTo(1);
    }
  }

  /** One small frame, many times in one write. */
  private void flood(RawHttp2Client client, byte[] frame) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < MAX_CONTROL_FRAMES + 50; i++) {
      all.writeBytes(frame);
    }
    client.raw(all.toByteArray());
    assertCalmedDown(client, "control-flood");
  }

  @Test
  void floodsOfFramesThatBringNothingForward() throws Exception {
    byte[][] frames = {
      RawHttp2Client.bytes(Http2Frames.PING, 0, 0, new byte[8]),
      RawHttp2Client.bytes(Http2Frames.PING, Http2Frames.ACK, 0, new byte[8]),
      RawHttp2Client.bytes(Http2Frames.SETTINGS, 0, 0),
      RawHttp2Client.bytes(Http2Frames.SETTINGS, Http2Frames.ACK, 0),
      RawHttp2Client.bytes(Http2Frames.PRIORITY, 0, 3, new byte[5]),
      RawHttp2Client.bytes(Http2Frames.PRIORITY_UPDATE, 0, 0, new byte[] {0, 0, 0, 5, 'i'}),
      RawHttp2Client.bytes(Http2Frames.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1}),
      RawHttp2Client.bytes(0x42, 0, 0, new byte[1])
    };
    for (byte[] frame : frames) {
      try (RawHttp2Client client = connect()) {
        flood(client, frame);
      }
    }
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/hold");
      flood(client, RawHttp2Client.bytes(Http2Frames.DATA, 0, 1));
    }
  }

  @Test
  void windowUpdatesOfAnOrdinaryDownloadAreNoFlood() throws Exception {
    try (RawHttp2Client client = connect(4, 1_000)) {
      client.request(1, true, "GET", "/big");
      int got = 0;
      while (got < 1 << 20) {
        Frame frame = client.await(Http2Frames.DATA);
        got += frame.payload().length;
        client.windowUpdate(1, frame.payload().length);
        client.windowUpdate(0, frame.payload().length);
      }
    }
    assertThat(server.drops()).doesNotContain("control-flood");
  }

  @Test
  void decompressionBombs() throws Exception {
    try (RawHttp2Client client = connect()) {
      String large = "a".repeat(4_000);
      client.request(1, true, "GET", "/", "x-bomb", large);
      assertThat(client.reply(1).status()).isEqualTo("200");
      ByteArrayOutputStream bomb = new ByteArrayOutputStream();
      bomb.writeBytes(
          client.block(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a"));
      byte[] one = client.block("x-bomb", large); // a byte or two that mean 4 KB
      assertThat(one.length).isLessThan(4);
      for (int i = 0; i < 5_000; i++) {
        bomb.writeBytes(one);
      }
      client.frame(
          Http2Frames.HEADERS,
          Http2Frames.END_HEADERS | Http2Frames.END_STREAM,
          3,
          bomb.toByteArray());
      assertThat(client.reply(3).status()).isEqualTo("431");
      client.request(5, true, "GET", "/");
      assertThat(client.reply(5).status()).isEqualTo("200");
    }
  }

  @Test
  void unreadAnswersAreBounded() throws Exception {
    HttpLimits limits =
        HttpLimits.builder().maxControlFrames(10_000_000).maxQueuedControlFrames(50).build();
    try (Http2TestServer patient = new Http2TestServer(loops, certificate, limits, this::handle);
        RawHttp2Client client = patient.connect(tls)) {
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 1_000; i++) {
        pings.writeBytes(RawHttp2Client.bytes(Http2Frames.PING, 0, 0, new byte[8]));
      }
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    client.raw(pings.toByteArray());
                  }
                } catch (IOException e) {
                  return; // what the test waits for
                }
              });
      await().until(() -> patient.drops().contains("control-flood"));
      writer.join();
    }
  }

  @Test
  void noPreface() throws Exception {
    try (RawHttp2Client client = server.open(tls)) {
      client.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n".getBytes(StandardCharsets.US_ASCII));
      server.drops().clear();
      client.awaitClose();
      assertThat(server.drops()).containsAnyOf("header-timeout", "idle-timeout");
    }
  }

  @Test
  void headerBlocksThatTrickle() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/hold"); // another stream does not excuse it
      client.frame(Http2Frames.HEADERS, 0, 3, (byte) 0x82);
      assertCalmedDown(client, "header-timeout");
    }
    try (RawHttp2Client client = connect()) {
      client.raw(new byte[] {0, 0, 9}); // a frame that never comes
      assertCalmedDown(client, "header-timeout");
    }
  }

  @Test
  void bodiesThatStop() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo");
      client.data(1, false, new byte[10]);
      assertThat(client.reply(1).status()).isEqualTo("408");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isZero();
      assertThat(server.drops()).contains("body-timeout");
    }
  }

  /** Streams that are not read hold the whole window: the client may not send on others. */
  @Test
  void bodiesThatMayNotComeAreNotLate() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 0); // the first
      client.request(5, false, "POST", "/echo");
      for (int stream = 7; stream <= 9; stream += 2) {
        client.request(stream, false, "POST", "/paused");
        for (int sent = 0; sent < Http2RequestBody.WINDOW_BYTES; sent += 16_384) {
          client.data(stream, false, new byte[16_384]);
        }
      }
      for (int i = 0; i < 2; i++) { // two deadlines pass
        try (RawHttp2Client other = server.connect(tls)) {
          other.request(1, false, "POST", "/echo");
          assertThat(other.reply(1).status()).isEqualTo("408");
        }
      }
      paused.forEach(exchange -> exchange.respond(Response.text(200, "done")));
      client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 0);
      client.data(5, true, new byte[10]);
      assertThat(client.reply(5).status()).isEqualTo("200");
    }
  }

  /** What many streams have read must not use up the connection's window. */
  @Test
  void manyUploadsKeepGoing() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 0); // the first
      for (int i = 0; i < 64; i++) { // 1 MiB
        client.request(2 * i + 1, false, "POST", "/hold");
        client.data(2 * i + 1, false, new byte[16_384]);
      }
      int returned = 0;
      while (returned < 3 * Http2RequestBody.WINDOW_BYTES / 2) {
        Frame frame = client.await(Http2Frames.WINDOW_UPDATE);
        assertThat(frame.streamId()).isZero();
        returned += frame.int32(0);
      }
    }
  }

  @Test
  void bodiesThatTrickle() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo");
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (server.drops().isEmpty()) {
                    client.data(1, false, new byte[1]); // 10 per second where 256 are due
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                  }
                } catch (IOException e) {
                  return;
                }
              });
      assertThat(client.reply(1).status()).isEqualTo("408");
      writer.join();
    }
  }

  @Test
  void windowsThatStayShutOrOpenByteByByte() throws Exception {
    try (RawHttp2Client client = connect(4, 0)) {
      client.request(1, true, "GET", "/big");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(8); // CANCEL
      assertThat(server.drops()).contains("write-stalled");
    }
    try (RawHttp2Client client = connect(4, 1)) {
      client.request(1, true, "GET", "/big");
      Frame frame = client.await(f -> f.type() <= Http2Frames.RST_STREAM && f.type() != 1);
      while (frame.type() == Http2Frames.DATA) {
        assertThat(frame.payload()).hasSize(1);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        client.windowUpdate(1, 1);
        frame = client.await(f -> f.type() == Http2Frames.DATA || f.type() == 3);
      }
      assertThat(server.drops()).contains("write-stalled");
    }
    try (RawHttp2Client client = connect(4, 1 << 24)) { // the connection's window stays shut
      client.request(1, true, "GET", "/big");
      assertThat(client.awaitClose()).isEqualTo(8);
      assertThat(server.drops()).contains("write-stalled");
    }
  }

  @Test
  void connectionsWithoutRequests() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/");
      assertThat(client.reply(1).status()).isEqualTo("200");
      assertThat(client.awaitClose()).isZero(); // GOAWAY with NO_ERROR
      assertThat(server.drops()).contains("idle-timeout");
    }
  }
}
