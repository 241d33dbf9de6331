package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Blocking;
import app.seventv.core.http.Download;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.HttpFixture.Reply;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import com.aayushatharva.brotli4j.encoder.Encoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Compression both ways as clients of every version see it, on every transport. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class CodingServerTest {
  private static final byte[] DATA = new byte[100_000];
  private static final byte[] NONE = {};
  private static final String EVENT = "data: 1\n\n";

  /** Made once: it takes a second. */
  private static final Map<ContentCoding, byte[]> BOMBS = new ConcurrentHashMap<>();

  private static final int MAX_INFLATED_BYTES = 1 << 20;
  private static final String JSON = "{\"text\":\"" + "emote ".repeat(2_000) + "\"}";

  static {
    new Random(5).nextBytes(DATA);
  }

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final AtomicInteger chunks = new AtomicInteger();
  private final AtomicLong handedOn = new AtomicLong();
  private HttpFixture http;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    http = HttpFixture.start(transport, directory, this::routes);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  private Handler routes(ExecutorService threads) {
    Compression compression = Compression.builder(threads).maxInlineBytes(4 << 10).build();
    Compression events = Compression.builder(threads).types(type -> true).minBytes(0).build();
    Representation json =
        Representation.of(JSON.length(), "application/json").withEtag(EntityTag.strong("j"));
    return Router.builder()
        .get(
            "/json",
            compression.wrap(e ->
                ConditionalResponse.answer(
                    e, json, Unpooled.copiedBuffer(JSON, StandardCharsets.US_ASCII))))
        .get("/tiny", compression.wrap(e -> e.respond(Response.text(200, "tiny"))))
        .get(
            "/image",
            compression.wrap(e -> e.respond(Response.of(200, "image/webp", new byte[5_000]))))
        .get(
            "/encoded",
            compression.wrap(
                e -> e.respond(Response.text(200, JSON).header("content-encoding", "x-own"))))
        .get(
            "/fixed",
            compression.wrap(e ->
                e.respond(
                    Response.text(200, JSON).header("cache-control", "max-age=5, no-transform"))))
        .get(
            "/blocking",
            compression.wrap(Blocking.handler(threads, 0, (r, b) -> Response.text(200, JSON))))
        .get("/stream", compression.wrap(CodingServerTest::stream))
        .get("/events", events.wrap(CodingServerTest::sendEvents))
        .post(
            "/echo",
            RequestDecoding.wrap(
                MAX_INFLATED_BYTES,
                threads,
                Blocking.handler(
                    threads,
                    MAX_INFLATED_BYTES,
                    (r, b) -> Response.of(200, "application/octet-stream", b))))
        .post("/plain", this::count)
        .post("/count", RequestDecoding.wrap(MAX_INFLATED_BYTES, threads, this::count))
        .build();
  }

  private static void stream(Exchange exchange) {
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-type", "text/plain").set("etag", "\"s\"");
    ResponseStream out = exchange.start(200, headers);
    AtomicInteger left = new AtomicInteger(2_000);
    Runnable pump =
        () -> {
          while (left.get() > 0 && out.isWritable()) {
            left.decrementAndGet();
            out.write(Unpooled.copiedBuffer("x".repeat(999) + '\n', StandardCharsets.US_ASCII));
          }
          out.flush();
          if (left.getAndAdd(left.get() == 0 ? -1 : 0) == 0) {
            out.end();
          }
        };
    out.onWritable(pump);
    pump.run();
  }

  private static void sendEvents(Exchange exchange) {
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-type", "text/event-stream");
    ResponseStream out = exchange.start(200, headers);
    out.writeAndFlush(Unpooled.copiedBuffer(EVENT, StandardCharsets.US_ASCII));
  }

  /** Reads a streamed body slowly: every chunk is followed by a pause. */
  private void count(Exchange exchange) {
    exchange.streamBody(
        new Exchange.BodySink() {
          private int bytes;

          @Override
          public void chunk(ByteBuf data) {
            chunks.incrementAndGet();
            bytes += data.readableBytes();
            handedOn.addAndGet(data.readableBytes());
            data.release();
            exchange.pauseBody();
            exchange.executor().execute(exchange::resumeBody);
          }

          @Override
          public void end(HttpHeaders trailers) {
            exchange.respond(Response.text(200, Integer.toString(bytes)));
          }

          @Override
          public void aborted() {}
        });
  }

  private static byte[] plain(Reply reply) throws IOException {
    ContentCoding coding =
        Objects.requireNonNull(ContentCoding.of(reply.header("content-encoding")));
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ByteBuf in = Unpooled.wrappedBuffer(reply.body());
    try (ContentDecoder decoder = ContentDecoder.of(coding, MAX_INFLATED_BYTES)) {
      for (ByteBuf out = decoder.next(in); out != null; out = decoder.next(in)) {
        plain.writeBytes(ByteBufUtil.getBytes(out));
        out.release();
      }
      assertThat(decoder.isComplete()).isTrue();
    }
    return plain.toByteArray();
  }

  @OverWires
  void responsesAreCompressed(Wire wire) throws IOException {
    for (String coding : new String[] {"gzip", "br", "zstd", "deflate"}) {
      for (String path : new String[] {"/json", "/blocking", "/stream"}) {
        Reply reply = http.get(wire, path, "accept-encoding", coding);
        assertThat(reply.header("content-encoding")).as(path).isEqualTo(coding);
        assertThat(reply.header("vary")).isEqualTo("accept-encoding");
        if (path.equals("/stream")) {
          assertThat(plain(reply)).hasSize(2_000_000);
          assertThat(reply.header("etag")).isEqualTo("W/\"s\"");
        } else {
          assertThat(new String(plain(reply), StandardCharsets.US_ASCII)).isEqualTo(JSON);
        }
        assertThat(reply.length()).isLessThan(50_000);
      }
    }
  }

  @OverWires
  void compressionLeavesAloneWhatItShould(Wire wire) throws IOException {
    for (String path : new String[] {"/tiny", "/image", "/fixed"}) {
      Reply reply = http.get(wire, path, "accept-encoding", "gzip");
      assertThat(reply.headers()).as(path).doesNotContainKeys("content-encoding", "vary");
    }
    assertThat(http.get(wire, "/encoded", "accept-encoding", "gzip").header("content-encoding"))
        .isEqualTo("x-own");
    Reply plain = http.get(wire, "/json");
    assertThat(plain.headers())
        .containsEntry("vary", "accept-encoding")
        .containsEntry("etag", "\"j\"")
        .doesNotContainKey("content-encoding");
    assertThat(plain.text()).isEqualTo(JSON);
    Reply part = http.get(wire, "/json", "accept-encoding", "gzip", "range", "bytes=0-3");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.text()).isEqualTo(JSON.substring(0, 4));
    assertThat(part.headers())
        .containsEntry("vary", "accept-encoding") // as the whole would (RFC 9110 §15.3.7)
        .doesNotContainKey("content-encoding");
  }

  @OverWires
  void tagsFollowTheCoding(Wire wire) throws IOException {
    Reply coded = http.get(wire, "/json", "accept-encoding", "gzip");
    assertThat(coded.header("etag")).isEqualTo("W/\"j\"");
    Reply again = http.get(wire, "/json", "accept-encoding", "gzip", "if-none-match", "W/\"j\"");
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.headers())
        .containsEntry("etag", "W/\"j\"")
        .containsEntry("vary", "accept-encoding");
    assertThat(http.get(wire, "/json", "if-none-match", "\"j\"").header("etag")).isEqualTo("\"j\"");
    Reply head = http.call(wire, "HEAD", "/json", NONE, "accept-encoding", "gzip");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.headers())
        .containsEntry("content-encoding", "gzip")
        .containsEntry("etag", "W/\"j\"")
        .containsEntry("vary", "accept-encoding")
        .doesNotContainKey("content-length");
  }

  /** The first event must be readable although nothing follows it. */
  @OverWires
  void flushesPassThroughCompression(Wire wire) throws Exception {
    try (Download events = http.open(wire, "/events", "accept-encoding", "gzip")) {
      StringBuilder text = new StringBuilder();
      try (ContentDecoder decoder = ContentDecoder.of(ContentCoding.GZIP, MAX_INFLATED_BYTES)) {
        for (int come = 1; text.length() < EVENT.length(); come++) {
          ByteBuf next = Unpooled.wrappedBuffer(events.await(come), come - 1, 1);
          for (ByteBuf out = decoder.next(next); out != null; out = decoder.next(next)) {
            text.append(out.toString(StandardCharsets.US_ASCII));
            out.release();
          }
        }
      }
      assertThat(text).asString().isEqualTo(EVENT);
    }
  }

  private static byte[] encoded(ContentCoding coding, byte[] plain) throws IOException {
    ByteBuf out = Unpooled.buffer();
    try (ContentEncoder encoder = ContentEncoder.of(coding, 5)) {
      encoder.encode(Unpooled.wrappedBuffer(plain), ContentEncoder.Then.FINISH, out);
    }
    return ByteBufUtil.getBytes(out);
  }

  @OverWires
  void slowlyReadBodiesArriveWhole(Wire wire) throws IOException {
    for (int size : new int[] {1, 1_000, 100_000, 1_000_000}) {
      assertThat(http.call(wire, "POST", "/plain", new byte[size]).text())
          .isEqualTo(Integer.toString(size));
    }
  }

  @OverWires
  void requestsAreDecoded(Wire wire) throws IOException {
    for (ContentCoding coding :
        new ContentCoding[] {ContentCoding.GZIP, ContentCoding.BR, ContentCoding.ZSTD}) {
      Reply echo =
          http.call(
              wire, "POST", "/echo", encoded(coding, DATA), "content-encoding", coding.token());
      assertThat(echo.status()).as(coding.token()).isEqualTo(200);
      assertThat(echo.body()).isEqualTo(DATA);
      Reply limit =
          http.call(
              wire,
              "POST",
              "/count",
              encoded(coding, new byte[MAX_INFLATED_BYTES]),
              "content-encoding",
              coding.token());
      assertThat(limit.text()).isEqualTo(Integer.toString(MAX_INFLATED_BYTES));
      assertThat(chunks.getAndSet(0)).isGreaterThanOrEqualTo(64);
    }
    assertThat(http.call(wire, "POST", "/echo", DATA, "content-encoding", "identity").body())
        .isEqualTo(DATA);
  }

  private static byte[] bomb(ContentCoding coding) {
    try {
      return encoded(coding, new byte[64 << 20]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @OverWires
  void bombsAreRefusedAtTheLimit(Wire wire) throws IOException {
    for (ContentCoding coding :
        new ContentCoding[] {ContentCoding.GZIP, ContentCoding.BR, ContentCoding.ZSTD}) {
      byte[] bomb = BOMBS.computeIfAbsent(coding, CodingServerTest::bomb);
      assertThat(bomb.length).isLessThan(100_000);
      handedOn.set(0);
      for (String path : new String[] {"/echo", "/count"}) {
        Reply refused = http.call(wire, "POST", path, bomb, "content-encoding", coding.token());
        assertThat(refused.status()).as(path + coding).isEqualTo(413);
      }
      assertThat(handedOn.get())
          .as("bytes of 64 MiB that the handler has seen")
          .isLessThanOrEqualTo(MAX_INFLATED_BYTES);
    }
  }

  /** The decoder fills the window before it tells how much there is. */
  @OverWires
  void windowsLargerThanAnyBodyAreRefused(Wire wire) throws IOException {
    for (int windowBits : new int[] {10, 16, 17, 22, 23, 24}) {
      byte[] coded =
          Encoder.compress(DATA, new Encoder.Parameters().setQuality(5).setWindow(windowBits));
      assertThat(BrotliDecoder.windowBits(coded[0])).isEqualTo(windowBits);
      assertThat(http.call(wire, "POST", "/echo", coded, "content-encoding", "br").status())
          .as("window " + windowBits)
          .isEqualTo(windowBits <= 22 ? 200 : 413);
    }
  }

  @OverWires
  void brokenAndUnknownCodingsAreRefused(Wire wire) throws IOException {
    for (String coding : new String[] {"gzip", "deflate", "br", "zstd"}) {
      byte[] plain = JSON.getBytes(StandardCharsets.US_ASCII);
      assertThat(http.call(wire, "POST", "/echo", plain, "content-encoding", coding).status())
          .as(coding)
          .isEqualTo(400);
    }
    for (String coding : new String[] {"compress", "gzip, gzip", "snappy"}) {
      Reply refused = http.call(wire, "POST", "/echo", DATA, "content-encoding", coding);
      assertThat(refused.status()).as(coding).isEqualTo(415);
      assertThat(refused.header("accept-encoding")).isEqualTo("gzip, deflate, br, zstd");
    }
  }
}
