package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpDate;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.HttpFixture.Reply;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Conditions and ranges as clients of every version see them, on every transport. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class ContentServerTest {
  private static final byte[] DATA = new byte[100_000];
  private static final byte[] NONE = {};
  private static final long MODIFIED = 784_111_777;

  static {
    new Random(5).nextBytes(DATA);
  }

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final ByteBuf body = Unpooled.directBuffer().writeBytes(DATA);
  private HttpFixture http;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    http = HttpFixture.start(transport, directory, this::routes);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
    assertThat(body.refCnt()).as("every answer gave its reference back").isEqualTo(1);
  }

  private Handler routes(ExecutorService threads) {
    Representation data =
        Representation.of(DATA.length, "application/octet-stream")
            .withEtag(EntityTag.strong("v1"))
            .withLastModified(MODIFIED);
    return Router.builder()
        .get(
            "/data",
            e -> {
              HttpHeaders headers = Response.newHeaders();
              headers.set("cache-control", "max-age=60").set("vary", "x-key");
              ConditionalResponse.answer(e, data, headers, body.retainedDuplicate());
            })
        .build();
  }

  private static byte[] slice(int from, int to) {
    return Arrays.copyOfRange(DATA, from, to);
  }

  @OverWires
  void conditionalReads(Wire wire) throws IOException {
    Reply full = http.get(wire, "/data");
    assertThat(full.status()).isEqualTo(200);
    assertThat(full.body()).isEqualTo(DATA);
    assertThat(full.headers())
        .containsEntry("etag", "\"v1\"")
        .containsEntry("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")
        .containsEntry("accept-ranges", "bytes")
        .containsEntry("cache-control", "max-age=60")
        .containsEntry("content-length", "100000");
    Reply known = http.get(wire, "/data", "if-none-match", "W/\"v1\"");
    assertThat(known.status()).isEqualTo(304);
    assertThat(known.length()).isZero();
    // §15.4.5: these and no others
    assertThat(known.headers())
        .containsEntry("etag", "\"v1\"")
        .containsEntry("vary", "x-key")
        .containsEntry("cache-control", "max-age=60")
        .doesNotContainKeys(
            "last-modified", "content-type", "content-length", "content-range", "accept-ranges");
    assertThat(http.get(wire, "/data", "if-modified-since", HttpDate.format(MODIFIED)).status())
        .isEqualTo(304);
    Reply stale = http.get(wire, "/data", "if-match", "\"v0\"");
    assertThat(stale.status()).isEqualTo(412);
    assertThat(stale.header("content-type")).isEqualTo("application/problem+json");
  }

  @OverWires
  void headSaysWhatGetWouldSend(Wire wire) throws IOException {
    Reply head = http.call(wire, "HEAD", "/data", NONE, "range", "bytes=0-9");
    assertThat(head.status()).isEqualTo(200); // §14.2: GET only
    assertThat(head.headers())
        .containsEntry("content-length", "100000")
        .containsEntry("etag", "\"v1\"")
        .doesNotContainKey("content-range");
    assertThat(head.length()).isZero();
    assertThat(http.call(wire, "HEAD", "/data", NONE, "if-none-match", "\"v1\"").status())
        .isEqualTo(304);
  }

  @OverWires
  void singleRanges(Wire wire) throws IOException {
    Reply part = http.get(wire, "/data", "range", "bytes=10-19");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(slice(10, 20));
    assertThat(part.headers())
        .containsEntry("content-range", "bytes 10-19/100000")
        .containsEntry("content-length", "10")
        .containsEntry("content-type", "application/octet-stream")
        .containsEntry("etag", "\"v1\"")
        .containsEntry("cache-control", "max-age=60");
    assertThat(http.get(wire, "/data", "range", "bytes=-5").body())
        .isEqualTo(slice(99_995, 100_000));
    assertThat(http.get(wire, "/data", "range", "bytes=99000-").length()).isEqualTo(1_000);
    Reply beyond = http.get(wire, "/data", "range", "bytes=100000-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.header("content-range")).isEqualTo("bytes */100000");
    assertThat(http.get(wire, "/data", "range", "lines=1-2").status()).isEqualTo(200);
    assertThat(http.get(wire, "/data", "range", "bytes=0-9", "if-range", "\"v1\"").status())
        .isEqualTo(206);
    assertThat(http.get(wire, "/data", "range", "bytes=0-9", "if-range", "\"v0\"").length())
        .isEqualTo(DATA.length);
    assertThat(http.get(wire, "/data", "range", "bytes=0-9", "if-none-match", "\"v1\"").status())
        .isEqualTo(304);
  }

  @OverWires
  void severalRanges(Wire wire) throws IOException {
    Reply parts = http.get(wire, "/data", "range", "bytes=50000-50009, 0-4, 2-9");
    assertThat(parts.status()).isEqualTo(206);
    String type = parts.header("content-type");
    assertThat(type).matches("multipart/byteranges; boundary=[0-9a-f]{32}");
    assertThat(parts.headers()).doesNotContainKey("content-range");
    String boundary = type.substring(type.indexOf('=') + 1);
    assertThat(new String(parts.body(), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            part(boundary, "0-9", slice(0, 10))
                + part(boundary, "50000-50009", slice(50_000, 50_010))
                + "\r\n--"
                + boundary
                + "--\r\n");
    // one range after merging; as long as everything; too many
    assertThat(http.get(wire, "/data", "range", "bytes=0-4, 5-9").header("content-range"))
        .isEqualTo("bytes 0-9/100000");
    assertThat(http.get(wire, "/data", "range", "bytes=0-49900,49999-").status()).isEqualTo(200);
    assertThat(
            http.get(wire, "/data", "range", "bytes=" + "0-0,900-901,".repeat(9) + "5-5").status())
        .isEqualTo(200);
  }

  private static String part(String boundary, String range, byte[] bytes) {
    return "\r\n--"
        + boundary
        + "\r\ncontent-type: application/octet-stream\r\ncontent-range: bytes "
        + range
        + "/100000\r\n\r\n"
        + new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
