package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.RawHttp2Client.Frame;
import app.seventv.core.http.RawHttp2Client.Reply;
import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests and responses over HTTP/2, frame by frame, on every transport, plain and with TLS. */
@ParameterizedClass
@MethodSource("variants")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http2Test {
  private static final int BIG_BYTES = 3 << 20;

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
  private final AtomicInteger aborted = new AtomicInteger();
  private final AtomicInteger received = new AtomicInteger();
  private final BlockingQueue<Exchange> held = new LinkedBlockingQueue<>();

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
    server = new Http2TestServer(loops, certificate, HttpLimits.DEFAULT, this::handle);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    leaks.close();
  }

  @BeforeEach
  void forget() {
    held.clear();
  }

  /** The exchange that a handler has left open. */
  private Exchange held() throws InterruptedException {
    return Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS), "no request came");
  }

  private void handle(Exchange exchange) {
    Request request = exchange.request();
    switch (request.path()) {
      case "/echo" ->
          exchange.readBody(
              1 << 20, body -> exchange.respond(Response.of(200, "text/plain", body)));
      case "/head" ->
          exchange.respond(
              Response.text(200, request.authority() + "|" + request.header("cookie")));
      case "/trailers" -> exchange.streamBody(new TrailerEcho(exchange));
      case "/early" -> exchange.respond(Response.text(403, "no"));
      case "/hold" -> {
        exchange.onEnd(ended::incrementAndGet);
        exchange.streamBody(new Counter());
        held.add(exchange);
      }
      case "/paused" -> {
        exchange.streamBody(new Counter());
        exchange.pauseBody();
        held.add(exchange);
      }
      case "/big" -> exchange.respond(Response.of(200, "text/plain", new byte[BIG_BYTES]));
      case "/tunnel" -> exchange.streamBody(new Tunnel(exchange));
      default -> exchange.respond(Response.text(200, request.method() + " " + request.target()));
    }
  }

  /** Counts what arrives. */
  private final class Counter implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      received.addAndGet(data.readableBytes());
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {}

    @Override
    public void aborted() {
      aborted.incrementAndGet();
    }
  }

  /** Answers with the request's trailers as its own. */
  private record TrailerEcho(Exchange exchange) implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
      ResponseStream out = exchange.start(200, Response.newHeaders());
      out.write(Unpooled.copiedBuffer("body", StandardCharsets.US_ASCII));
      out.end(trailers);
    }

    @Override
    public void aborted() {}
  }

  /** Sends back whatever comes, while both sides stay open. */
  private static final class Tunnel implements Exchange.BodySink {
    private final ResponseStream out;

    Tunnel(Exchange exchange) {
      HttpHeaders headers = Response.newHeaders();
      headers.set("x-protocol", String.valueOf(exchange.request().connectProtocol()));
      out = exchange.start(200, headers);
      out.flush();
    }

    @Override
    public void chunk(ByteBuf data) {
      out.writeAndFlush(data);
    }

    @Override
    public void end(HttpHeaders trailers) {
      out.end();
    }

    @Override
    public void aborted() {}
  }

  private RawHttp2Client connect(int... settings) throws IOException {
    return server.connect(tls, settings);
  }

  @Test
  void cookieCrumbsAreJoinedAndTheAuthorityIsTheHost() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/head", "cookie", "a=1", "cookie", "b=2", "cookie", "c=3");
      assertThat(client.reply(1).body()).isEqualTo("localhost|a=1; b=2; c=3");
      client.request(3, true, "GET", "/head", "cookie", "a=1");
      assertThat(client.reply(3).body()).isEqualTo("localhost|a=1");
      client.headers(
          5, true, ":method", "GET", ":scheme", "https", ":path", "/head", "host", "other:1");
      assertThat(client.reply(5).body()).isEqualTo("other:1|null");
    }
  }

  @Test
  void malformedRequestsAreResetAndTheConnectionLivesOn() throws Exception {
    String[] good = {":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a"};
    List<String[]> bad = new ArrayList<>();
    for (int i = 0; i < good.length - 2; i += 2) {
      bad.add(without(good, i)); // each pseudo-header field but :authority is needed
    }
    bad.add(without(good, 6)); // neither :authority nor host
    bad.add(with(good, ":path", "/again"));
    bad.add(with(good, ":status", "200"));
    bad.add(with(good, ":protocol", "websocket")); // without CONNECT
    bad.add(with(good, "x", "1", ":late", "1"));
    bad.add(with(good, "Upper", "1"));
    bad.add(with(good, "white space", "1"));
    bad.add(with(good, "", "1"));
    bad.add(with(good, "connection", "close"));
    bad.add(with(good, "keep-alive", "1"));
    bad.add(with(good, "proxy-connection", "1"));
    bad.add(with(good, "transfer-encoding", "chunked"));
    bad.add(with(good, "upgrade", "h2c"));
    bad.add(with(good, "te", "gzip"));
    bad.add(with(good, "x", "line\nbreak"));
    bad.add(with(good, "x", "carriage\rreturn"));
    bad.add(with(good, "x", "nul\0"));
    bad.add(with(good, "x", " padded"));
    bad.add(with(good, "host", "b"));
    bad.add(with(good, "content-length", "1")); // and no body
    bad.add(with(good, "content-length", "0", "content-length", "0"));
    bad.add(with(good, "content-length", "+0"));
    bad.add(replaced(good, 5, ""));
    bad.add(replaced(good, 5, "relative"));
    bad.add(replaced(good, 5, "*"));
    bad.add(replaced(good, 5, "/a b"));
    bad.add(replaced(good, 5, "/a#b"));
    bad.add(replaced(good, 1, "G T"));
    bad.add(replaced(good, 3, "ht tp"));
    bad.add(replaced(good, 7, "user@a"));
    bad.add(replaced(good, 7, ""));
    try (RawHttp2Client client = connect()) {
      int stream = 1;
      for (String[] fields : bad) {
        client.headers(stream, true, fields);
        int id = stream;
        Frame answer =
            client.await(f -> f.streamId() == id && f.type() != Http2Frames.WINDOW_UPDATE);
        assertThat(answer.type()).as(String.join(" ", fields)).isEqualTo(Http2Frames.RST_STREAM);
        assertThat(answer.int32(0)).isEqualTo(1); // PROTOCOL_ERROR
        stream += 2;
      }
      client.headers(stream, true, with(good, "te", "trailers", "content-length", "0"));
      assertThat(client.reply(stream).body()).isEqualTo("GET /");
    }
  }

  private static String[] without(String[] fields, int index) {
    List<String> rest = new ArrayList<>(List.of(fields));
    rest.remove(index);
    rest.remove(index);
    return rest.toArray(new String[0]);
  }

  private static String[] with(String[] fields, String... more) {
    List<String> all = new ArrayList<>(List.of(fields));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  private static String[] replaced(String[] fields, int index, String value) {
    String[] copy = fields.clone();
    copy[index] = value;
    return copy;
  }

  @Test
  void largeHeadersAreAnsweredWith431AndTheConnectionLivesOn() throws Exception {
    try (RawHttp2Client client = connect()) {
      // Enters the compression tables of both sides although the request is refused.
      client.request(1, true, "GET", "/", "x-kept", "1", "x-large", "a".repeat(20_000));
      assertThat(client.reply(1).status()).isEqualTo("431");
      String[] many = new String[2 * HttpLimits.DEFAULT.maxHeaderFields()];
      for (int i = 0; i < many.length; i += 2) {
        many[i] = "x" + i;
        many[i + 1] = "1";
      }
      client.request(3, false, "POST", "/echo", many);
      assertThat(client.reply(3).status()).isEqualTo("431");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isZero();
      client.request(5, true, "GET", "/next", "x-kept", "1");
      assertThat(client.reply(5).body()).isEqualTo("GET /next");
    }
  }

  @Test
  void headerBlocksMayGoOnInContinuations() throws Exception {
    try (RawHttp2Client client = connect()) {
      byte[] block =
          client.block(
              ":method", "GET", ":scheme", "https", ":path", "/parts", ":authority", "localhost");
      client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, slice(block, 0, 3));
      client.frame(Http2Frames.CONTINUATION, 0, 1, slice(block, 3, 9));
      client.frame(
          Http2Frames.CONTINUATION, Http2Frames.END_HEADERS, 1, slice(block, 9, block.length));
      assertThat(client.reply(1).body()).isEqualTo("GET /parts");
    }
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  @Test
  void trailersTravelBothWays() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/trailers");
      client.data(1, false, new byte[10]);
      client.headers(1, true, "x-sum", "42");
      Reply reply = client.reply(1);
      assertThat(reply.body()).isEqualTo("body");
      assertThat(reply.trailers()).containsEntry("x-sum", "42");
    }
  }

  @Test
  void bodiesThatDoNotFitTheirLengthAreReset() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo", "content-length", "3");
      client.data(1, true, new byte[2]);
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(1);
      client.request(3, false, "POST", "/echo", "content-length", "3");
      client.data(3, false, new byte[4]);
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(1);
      client.request(5, false, "POST", "/echo", "content-length", "3");
      client.data(5, false, new byte[2]);
      client.headers(5, true, "x-sum", "42");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(1);
    }
  }

  @Test
  void expectContinueIsAnsweredWhenTheBodyIsWanted() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo", "expect", "100-continue", "content-length", "2");
      Frame interim = client.await(Http2Frames.HEADERS);
      assertThat(client.decode(interim)).containsEntry(":status", "100");
      assertThat(interim.flags() & Http2Frames.END_STREAM).isZero();
      client.data(1, true, (byte) 'o', (byte) 'k');
      assertThat(client.reply(1).body()).isEqualTo("ok");
    }
  }

  @Test
  void earlyAnswersStopTheUpload() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/early");
      assertThat(client.reply(1).status()).isEqualTo("403");
      Frame stop = client.await(Http2Frames.RST_STREAM);
      assertThat(stop.streamId()).isEqualTo(1);
      assertThat(stop.int32(0)).isZero(); // NO_ERROR
      client.data(1, true, new byte[10]); // was on its way
      client.request(3, true, "GET", "/after");
      assertThat(client.reply(3).body()).isEqualTo("GET /after");
    }
  }

  @Test
  void pausedBodiesKeepTheirWindowAndOthersTheirs() throws Exception {
    received.set(0);
    int window = Http2Stream.RECEIVE_WINDOW_BYTES;
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/paused");
      for (int sent = 0; sent < window; sent += 16_384) {
        client.data(1, false, new byte[16_384]);
      }
      client.request(3, false, "POST", "/echo");
      client.data(3, true, new byte[1000]);
      assertThat(client.reply(3).body()).hasSize(1000);
      Exchange paused = held();
      paused.executor().execute(paused::resumeBody);
      Frame update = client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 1);
      assertThat(update.int32(0)).isEqualTo(window);
      assertThat(received.get()).isEqualTo(window);
    }
  }

  @Test
  void clientsThatOverrunAWindowAreReset() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/paused");
      for (int sent = 0; sent <= Http2Stream.RECEIVE_WINDOW_BYTES; sent += 16_384) {
        client.data(1, false, new byte[16_384]);
      }
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(3);
    }
  }

  @Test
  void responsesWaitForTheClientsWindows() throws Exception {
    // 0x4: initial window of 10 bytes
    try (RawHttp2Client client = connect(4, 10)) {
      client.request(1, true, "GET", "/hold");
      ResponseStream out = held().start(200, Response.newHeaders());
      AtomicInteger writable = new AtomicInteger();
      out.onWritable(writable::incrementAndGet);
      int high = HttpLimits.DEFAULT.writeHighWatermarkBytes();
      out.writeAndFlush(Unpooled.wrappedBuffer(new byte[high]));
      out.writeAndFlush(Unpooled.wrappedBuffer(new byte[100]));
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(10);
      assertThat(out.isWritable()).isFalse();
      assertThat(out.bytesBeforeUnwritable()).isZero();
      assertThat(writable.get()).isZero();
      client.windowUpdate(1, 5);
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(5);
      client.windowUpdate(1, 1 << 20);
      client.windowUpdate(0, 1 << 20);
      await().until(() -> writable.get() == 1 && out.isWritable());
      out.end();
      int size = 0;
      Frame frame;
      do {
        frame = client.await(Http2Frames.DATA);
        size += frame.payload().length;
      } while ((frame.flags() & Http2Frames.END_STREAM) == 0);
      assertThat(size).isEqualTo(high + 100 - 15);
    }
  }

  @Test
  void manyStreamsAtOnceAreAnswered() throws Exception {
    int streams = HttpLimits.DEFAULT.maxConcurrentStreams();
    try (RawHttp2Client client = connect(4, 1 << 20)) {
      client.windowUpdate(0, 1 << 30);
      for (int i = 0; i < streams; i++) {
        client.request(2 * i + 1, false, "POST", "/echo");
      }
      client.request(2 * streams + 1, true, "GET", "/one-too-many");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(7); // REFUSED_STREAM
      for (int i = 0; i < streams; i++) {
        client.data(2 * i + 1, true, new byte[1000]);
      }
      int ends = 0;
      while (ends < streams) {
        Frame frame = client.await(Http2Frames.DATA);
        ends += frame.flags() & Http2Frames.END_STREAM;
      }
    }
  }

  @Test
  void resetsEndTheExchange() throws Exception {
    ended.set(0);
    aborted.set(0);
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/hold");
      client.data(1, false, new byte[10]);
      client.reset(1);
      await().until(() -> ended.get() == 1 && aborted.get() == 1);
      client.request(3, false, "POST", "/hold");
      client.request(5, true, "GET", "/alive");
      assertThat(client.reply(5).body()).isEqualTo("GET /alive");
    }
    await().until(() -> ended.get() == 2 && aborted.get() == 2); // the connection's end, too
  }

  @Test
  void brokenResponsesAreReset() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/hold");
      ResponseStream out = held().start(200, Response.newHeaders());
      out.writeAndFlush(Unpooled.wrappedBuffer(new byte[5]));
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(5);
      out.abort();
      assertThatThrownBy(() -> client.reply(1)).hasMessageContaining("reset with error 2");
    }
  }

  @Test
  void extendedConnectIsATunnelAndOtherConnectIsRefused() throws Exception {
    try (RawHttp2Client client = connect()) {
      Frame settings = client.await(Http2Frames.SETTINGS);
      assertThat(settings.payload()).containsSequence(0, 8, 0, 0, 0, 1); // RFC 8441 §3
      client.headers(
          1,
          false,
          ":method",
          "CONNECT",
          ":protocol",
          "websocket",
          ":scheme",
          "https",
          ":path",
          "/tunnel",
          ":authority",
          "localhost");
      assertThat(client.decode(client.await(Http2Frames.HEADERS)))
          .containsEntry(":status", "200")
          .containsEntry("x-protocol", "websocket");
      client.data(1, false, (byte) 1, (byte) 2);
      assertThat(client.await(Http2Frames.DATA).payload()).containsExactly(1, 2);
      client.data(1, true);
      assertThat(client.await(Http2Frames.DATA).flags()).isEqualTo(Http2Frames.END_STREAM);
      client.headers(3, false, ":method", "CONNECT", ":authority", "elsewhere:443");
      assertThat(client.reply(3).status()).isEqualTo("501");
    }
  }

  @Test
  void urgentResponsesGoFirst() throws Exception {
    try (RawHttp2Client client = connect(4, 4 << 20)) {
      // The connection's window of 65,535 bytes goes to the first; the others wait.
      client.request(1, true, "GET", "/big");
      for (int got = 0; got < 65_535; ) {
        got += client.await(Http2Frames.DATA).payload().length;
      }
      client.request(3, true, "GET", "/big", "priority", "u=5");
      client.request(5, true, "GET", "/big", "priority", "u=0");
      client.request(7, true, "GET", "/big", "priority", "u=1, i");
      client.request(9, true, "GET", "/big", "priority", "u=1,i=?1");
      client.priorityUpdate(1, "u=7");
      client.windowUpdate(0, 1 << 30);
      List<Integer> ends = new ArrayList<>();
      List<Integer> turns = new ArrayList<>();
      while (ends.size() < 5) {
        Frame frame = client.await(Http2Frames.DATA);
        if (ends.size() == 1) {
          turns.add(frame.streamId());
        }
        if ((frame.flags() & Http2Frames.END_STREAM) != 0) {
          ends.add(frame.streamId());
        }
      }
      assertThat(ends).containsExactly(5, 7, 9, 3, 1);
      assertThat(turns.subList(0, 4)).containsExactly(7, 9, 7, 9); // incremental: in turn
    }
  }

  @Test
  void prioritiesMayComeBeforeTheirStream() throws Exception {
    try (RawHttp2Client client = connect(4, 4 << 20)) {
      client.priorityUpdate(5, "u=0");
      client.request(1, true, "GET", "/big");
      for (int got = 0; got < 65_535; ) {
        got += client.await(Http2Frames.DATA).payload().length;
      }
      client.request(3, true, "GET", "/big", "priority", "u=1");
      client.request(5, true, "GET", "/big", "priority", "u=6");
      client.windowUpdate(0, 1 << 30);
      assertThat(client.await(Http2Frames.DATA).streamId()).isEqualTo(5);
    }
  }

  /** What can happen to a request while the server drains; each order is a case. */
  private enum Step {
    HEADERS,
    FIRST_GOAWAY,
    SECOND_GOAWAY,
    BODY
  }

  @Test
  void requestsSurviveEveryOrderOfGoaways() throws Exception {
    List<Step> rest = List.of(Step.FIRST_GOAWAY, Step.SECOND_GOAWAY);
    for (int headers = 0; headers <= 2; headers++) {
      for (int body = headers; body <= 2; body++) {
        List<Step> order = new ArrayList<>(rest);
        order.add(body, Step.BODY);
        order.add(headers, Step.HEADERS);
        try (Http2TestServer draining =
            new Http2TestServer(loops, certificate, HttpLimits.DEFAULT, this::handle)) {
          drainWhile(draining, order, headers < 2);
        }
      }
    }
  }

  private void drainWhile(Http2TestServer draining, List<Step> order, boolean accepted)
      throws Exception {
    Thread drain =
        Thread.ofVirtual()
            .unstarted(() -> {
              try {
                draining.server().drain(Duration.ofSeconds(10));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Set<Integer> complete = new HashSet<>();
    try (RawHttp2Client client = draining.connect(tls)) {
      client.request(1, false, "POST", "/echo"); // keeps the connection open meanwhile
      client.await(f -> f.type() == Http2Frames.SETTINGS && f.flags() == Http2Frames.ACK);
      byte[] ping = {};
      for (Step step : order) {
        switch (step) {
          case HEADERS -> client.request(3, false, "POST", "/echo");
          case BODY -> client.data(3, true, new byte[9]);
          case FIRST_GOAWAY -> {
            drain.start();
            Frame first = Objects.requireNonNull(next(client, Http2Frames.GOAWAY, complete));
            assertThat(first.int32(0)).isEqualTo(Integer.MAX_VALUE);
            ping = Objects.requireNonNull(next(client, Http2Frames.PING, complete)).payload();
          }
          case SECOND_GOAWAY -> {
            client.frame(Http2Frames.PING, Http2Frames.ACK, 0, ping);
            Frame last = Objects.requireNonNull(next(client, Http2Frames.GOAWAY, complete));
            assertThat(last.int32(0)).as(order.toString()).isEqualTo(accepted ? 3 : 1);
            assertThat(last.int32(4)).isZero();
          }
        }
      }
      client.data(1, true, new byte[1]);
      assertThat(next(client, -1, complete)).as("ends with its last stream").isNull();
      assertThat(complete).as(order.toString()).isEqualTo(accepted ? Set.of(1, 3) : Set.of(1));
    } finally {
      drain.join();
    }
  }

  /** Skips to a frame of a type, or to the end; notes the streams that end meanwhile. */
  private static @Nullable Frame next(RawHttp2Client client, int type, Set<Integer> complete)
      throws IOException {
    Frame frame = client.read();
    while (frame != null && frame.type() != type) {
      if (frame.type() == Http2Frames.DATA && frame.flags() == Http2Frames.END_STREAM) {
        complete.add(frame.streamId());
      }
      frame = client.read();
    }
    return frame;
  }

  @Test
  void connectionsEndAfterTheirRequests() throws Exception {
    HttpLimits two = HttpLimits.builder().maxRequestsPerConnection(2).build();
    try (Http2TestServer limited = new Http2TestServer(loops, certificate, two, this::handle);
        RawHttp2Client client = limited.connect(tls)) {
      client.request(1, true, "GET", "/1");
      assertThat(client.reply(1).status()).isEqualTo("200");
      client.request(3, true, "GET", "/2");
      assertThat(client.await(Http2Frames.GOAWAY).int32(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(client.awaitClose()).isZero();
    }
  }
}
