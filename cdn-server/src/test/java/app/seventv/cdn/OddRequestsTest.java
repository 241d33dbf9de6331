package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that nobody should send, and combinations that are easy to get wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class OddRequestsTest {
  private static final String ID = "01F6MZGCNG000255K4X1K7NTHR";
  private static final String KEY = "emote/" + ID + "/1x.webp";
  private static final String MODIFIED = "Tue, 01 Jul 2025 10:00:00 GMT";
  private static final String LATER = "Wed, 02 Jul 2025 10:00:00 GMT";

  @TempDir static Path directory = Path.of(".");

  private CdnFixture cdn;
  private final byte[] image = new byte[5000];
  private String tag;

  @BeforeAll
  void start() throws Exception {
    cdn = CdnFixture.start(directory, "origin_request_timeout = 30\norigin_hedge_delay = 30000\n");
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i * 31);
    }
    cdn.origin().put(KEY, image, "last-modified: " + MODIFIED);
    tag = ScriptedOrigin.etag(image);
    assertThat(cdn.get(Version.HTTP_1_1, '/' + KEY).status()).isEqualTo(200);
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  private Answer with(Version version, String... fields) throws Exception {
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      headers.put(fields[i], fields[i + 1]);
    }
    return cdn.send(version, "GET", '/' + KEY, headers);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void paths(Version version) throws Exception {
    Map<String, Integer> vectors = new LinkedHashMap<>();
    vectors.put("/emote%2F" + ID + "/1x.webp", 404);
    vectors.put("/emote/" + ID + "%2F1x.webp", 404);
    vectors.put("/emote/" + ID + "/..%2F1x.webp", 400);
    vectors.put("/emote/" + ID + "/%2e%2e/1x.webp", 404);
    vectors.put("//emote/" + ID + "/1x.webp", 404);
    vectors.put("/emote/" + ID + "/1x.webp;a=b", 400);
    vectors.put("/emote/" + ID + "/1x.webp%00", 400);
    vectors.put("/emote/" + ID + "/1x.webp%20", 400);
    vectors.put("/emote/" + ID + "/%31%78.webp", 308);
    vectors.put("/%65mote/" + ID + "/1x.webp", 308);
    vectors.put("/emote/8ZZZZZZZZZZZZZZZZZZZZZZZZZ/1x.webp", 400); // over 128 bits
    vectors.put("/emote/zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz/1x.webp", 400);
    vectors.put("/emote/" + "0".repeat(32) + "/1x.webp", 308);
    vectors.put("/emote/" + "1".repeat(4_000) + "/1x.webp", 400);
    vectors.put("/paint/" + ID + "/layer/short/1x.webp", 400);
    vectors.put("/paint/" + ID + "/layers/" + ID + "/1x.webp", 404);
    vectors.put("/user/" + ID + "/profile-picture/" + ID + "/1x.webp/", 404);
    for (Map.Entry<String, Integer> vector : vectors.entrySet()) {
      Answer answer = cdn.get(version, vector.getKey());
      assertThat(answer.status()).as(vector.getKey()).isEqualTo(vector.getValue());
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
      assertThat(answer.header("cache-control"))
          .isEqualTo(vector.getValue() == 308 ? "no-cache" : "(none)");
    }
    Answer bytes = cdn.get(version, "/emote/%FF%FE/1x.webp");
    assertThat(bytes.status()).isEqualTo(400);
    assertThat(bytes.text()).isEqualTo("Invalid URL: Invalid UTF-8 in `emote_id`");
    Answer file = cdn.get(version, "/user/" + ID + "/profile-picture/" + ID + "/%C3");
    assertThat(file.text()).isEqualTo("Invalid URL: Invalid UTF-8 in `file`");
    assertThat(cdn.get(version, "/misc/%FF").status()).isEqualTo(404);
  }

  /** What a request gets whose path no client of the JDK would send. */
  private Answer verbatim(Version version, String method, String path) throws Exception {
    return switch (version) {
      case HTTP_1_1 -> verbatimHttp1(method, path);
      case HTTP_2 -> {
        try (PlainHttp2 client = new PlainHttp2(cdn.plainPort())) {
          client.send(method, "localhost", path);
          yield client.read();
        }
      }
      case HTTP_3 -> cdn.send(version, method, path, Map.of());
    };
  }

  private Answer verbatimHttp1(String method, String path) throws IOException {
    String request = method + ' ' + path + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cdn.plainPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int end = answer.indexOf("\r\n\r\n");
      Map<String, String> fields = new LinkedHashMap<>();
      answer
          .substring(0, end)
          .lines()
          .skip(1)
          .map(line -> line.split(": ?", 2))
          .forEach(field -> fields.put(field[0].toLowerCase(Locale.ROOT), field[1]));
      byte[] body = answer.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
      return new Answer(Integer.parseInt(answer.substring(9, 12)), fields, body);
    }
  }

  /** Paths that can be decoded only in part, or not at all, and what is wrong with them. */
  private static final Map<String, String> UNDECODABLE =
      Map.of(
          "/emote/%ff/1x.webp",
          "Invalid UTF-8 in `emote_id`",
          "/badge/xyz/%c3",
          "Invalid UTF-8 in `file`",
          "/paint/" + ID + "/layer/%ff/1x.webp",
          "Invalid UTF-8 in `layer_id`",
          "/emote/%zz/1x.webp",
          "invalid id length: 3",
          "/emote/%00/1x.webp",
          "invalid id length: 1",
          "/emote/" + ID + "/4x%00",
          "invalid image file name",
          "/emote/" + ID + "/4x%",
          "invalid image file name",
          "/emote/" + ID + "/1x.webp%00",
          "invalid file extension");

  @ParameterizedTest
  @EnumSource(Version.class)
  void pathsThatCannotBeDecodedAreOnTheirRoutes(Version version) throws Exception {
    for (Map.Entry<String, String> vector : UNDECODABLE.entrySet()) {
      String path = vector.getKey();
      Answer bad = verbatim(version, "GET", path);
      assertThat(bad.status()).as(path).isEqualTo(400);
      assertThat(bad.text()).isEqualTo("Invalid URL: " + vector.getValue());
      assertThat(bad.header("content-type")).isEqualTo("text/plain; charset=utf-8");
      Answer post = verbatim(version, "POST", path);
      assertThat(post.status()).as(path).isEqualTo(405);
      assertThat(post.header("allow")).isEqualTo("GET,HEAD");
      assertThat(post.body()).isEmpty();
      for (Answer answer : new Answer[] {bad, post}) {
        assertThat(answer.header("server")).isEqualTo("SevenTV");
        assertThat(answer.header("x-7tv-cdn-pod")).isEqualTo("test-pod");
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
      }
      Answer preflight = verbatim(version, "OPTIONS", path);
      assertThat(preflight.status()).as(path).isEqualTo(200);
      assertThat(preflight.body()).isEmpty();
      assertThat(preflight.header("access-control-allow-methods")).isEqualTo("*");
      assertThat(preflight.header("allow")).isEqualTo("GET,HEAD");
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void queriesAreNoPartOfTheKey(Version version) throws Exception {
    for (String query : new String[] {"?", "?a=b&c", "?" + "x".repeat(3_000), "?%FF"}) {
      Answer answer = cdn.get(version, '/' + KEY + query);
      assertThat(answer.status()).as(query).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(image);
      assertThat(answer.header("cache-status")).isEqualTo("SevenTV; hit");
    }
    assertThat(cdn.origin().calls(KEY)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void methods(Version version) throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH", "PURGE", "PROPFIND"}) {
      assertThat(cdn.send(version, method, '/' + KEY, Map.of()).status()).as(method).isEqualTo(405);
      assertThat(cdn.send(version, method, "/nothing", Map.of()).status())
          .as(method)
          .isEqualTo(404);
    }
    Answer head = cdn.send(version, "HEAD", '/' + KEY, Map.of("if-none-match", tag));
    assertThat(head.status()).isEqualTo(304);
    Answer whole = cdn.send(version, "HEAD", '/' + KEY, Map.of("range", "bytes=0-9"));
    assertThat(whole.status()).isEqualTo(200); // ranges are for GET (RFC 9110 §14.2)
    assertThat(whole.header("content-length")).isEqualTo("5000");
    assertThat(whole.body()).isEmpty();
    Answer options = cdn.send(version, "OPTIONS", '/' + KEY, Map.of("if-none-match", tag));
    assertThat(options.status()).isEqualTo(200);
    assertThat(cdn.get(version, '/' + KEY).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void conditionsTogether(Version version) throws Exception {
    // If-None-Match decides alone (RFC 9110 §13.1.3).
    assertThat(with(version, "if-none-match", "\"x\"", "if-modified-since", LATER).status())
        .isEqualTo(200);
    assertThat(with(version, "if-none-match", tag, "if-modified-since", "nonsense").status())
        .isEqualTo(304);
    assertThat(with(version, "if-none-match", "W/" + tag).status()).isEqualTo(304);
    assertThat(with(version, "if-none-match", "*").status()).isEqualTo(304);
    assertThat(with(version, "if-match", "\"x\"").status()).isEqualTo(412);
    assertThat(with(version, "if-match", tag, "range", "bytes=-1").status()).isEqualTo(206);
    assertThat(with(version, "if-unmodified-since", "Mon, 30 Jun 2025 10:00:00 GMT").status())
        .isEqualTo(412);
    // A 304 goes before a range.
    assertThat(with(version, "if-none-match", tag, "range", "bytes=0-1").status()).isEqualTo(304);
    assertThat(with(version, "if-range", MODIFIED, "range", "bytes=0-1").status()).isEqualTo(206);
    assertThat(with(version, "if-range", LATER, "range", "bytes=0-1").status()).isEqualTo(200);
    assertThat(with(version, "if-range", "W/" + tag, "range", "bytes=0-1").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void ranges(Version version) throws Exception {
    assertThat(with(version, "range", "bytes=4999-").body()).containsExactly(image[4999]);
    assertThat(with(version, "range", "bytes=-99999").body()).isEqualTo(image);
    assertThat(with(version, "range", "bytes=4990-99999999999999999999").status()).isIn(200, 206);
    for (String nonsense : new String[] {"bytes=9-1", "lines=0-1", "bytes=", "bytes=a-b", "x"}) {
      Answer answer = with(version, "range", nonsense);
      assertThat(answer.status()).as(nonsense).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(image);
    }
    // Many ranges, and many that overlap, must not cost more than the object.
    String many = "bytes=" + "0-,".repeat(500) + "0-";
    Answer answer = with(version, "range", many);
    assertThat(answer.status()).isIn(200, 206, 416);
    assertThat(answer.body().length).isLessThanOrEqualTo(2 * image.length);
    Answer none = with(version, "range", "bytes=5000-,6000-7000");
    assertThat(none.status()).isEqualTo(416);
    assertThat(none.header("content-range")).isEqualTo("bytes */5000");
    Answer two = with(version, "range", "bytes=0-9, 3000-3009");
    assertThat(two.status()).isEqualTo(206);
    assertThat(new String(two.body(), StandardCharsets.ISO_8859_1))
        .contains(new String(Arrays.copyOfRange(image, 3000, 3010), StandardCharsets.ISO_8859_1))
        .containsIgnoringCase("content-range: bytes 3000-3009/5000");
    if (version != Version.HTTP_3) { // whose client here sends a name once
      HttpRequest twice =
          HttpRequest.newBuilder(cdn.uri(version, '/' + KEY))
              .header("range", "bytes=0-9")
              .header("range", "bytes=20-29")
              .build();
      Answer whole =
          Answer.of(cdn.client(version).send(twice, HttpResponse.BodyHandlers.ofByteArray()));
      assertThat(whole.status()).isEqualTo(200); // no list: as if there was none
      assertThat(whole.body()).isEqualTo(image);
    }
  }

  /** A request as it is written, over HTTP/1.1; the status line of its answer. */
  private String raw(String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cdn.plainPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder line = new StringBuilder();
      for (int c = socket.getInputStream().read(); c >= 0 && c != '\r'; ) {
        line.append((char) c);
        c = socket.getInputStream().read();
      }
      return line.toString();
    }
  }

  @Test
  void hosts() throws Exception {
    String get = "GET /" + KEY + " HTTP/1.1\r\n";
    assertThat(raw(get + "host: cdn.7tv.app\r\n\r\n")).contains(" 200 ");
    assertThat(raw(get + "HOST: anything:1234\r\n\r\n")).contains(" 200 ");
    assertThat(raw(get + "host:\r\n\r\n")).containsAnyOf(" 200 ", " 400 ");
    assertThat(raw(get + "\r\n")).contains(" 400 ");
    assertThat(raw(get + "host: a\r\nhost: b\r\n\r\n")).contains(" 400 ");
    assertThat(raw("GET http://cdn.7tv.app/" + KEY + " HTTP/1.1\r\nhost: cdn.7tv.app\r\n\r\n"))
        .contains(" 200 ");
    assertThat(raw("GET /" + KEY + " HTTP/1.0\r\n\r\n")).contains(" 200 ");
    assertThat(raw("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nhost: x\r\n\r\n"))
        .containsAnyOf(" 414 ", " 400 ", " 431 ");
    assertThat(raw("TRACE /" + KEY + " HTTP/1.1\r\nhost: x\r\n\r\n")).contains(" 405 ");
    assertThat(raw("GET /emote/\u00ff/1x.webp HTTP/1.1\r\nhost: x\r\n\r\n")).contains(" 400 ");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void encodedBytesAreNotServedAsImages(Version version) throws Exception {
    String key = "badge/01F6MZGCNG000255K4X1K7NT0" + version.name().charAt(5) + "/1x.png";
    cdn.origin().put(key, image, "content-encoding: gzip");
    Answer refused = cdn.get(version, '/' + key);
    assertThat(refused.status()).isEqualTo(502);
    assertThat(refused.header("cache-status")).endsWith("detail=refused");
    cdn.origin().put(key, image, "content-encoding: aws-chunked");
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }
}
