package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.CdnFixture.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules and vectors of cdn.md §2 and §3, over every HTTP version. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class CdnVectorsTest {
  private static final String ID = "01F6MZGCNG000255K4X1K7NTHR";
  private static final String OTHER = "01ENV5YQKR0000000000000001";

  @TempDir static Path directory = Path.of(".");

  private CdnFixture cdn;
  private final byte[] image = new byte[5000];

  @BeforeAll
  void start() throws Exception {
    cdn = CdnFixture.start(directory, "");
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i * 31);
    }
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  /** A key of its own for each version, so that tests do not warm each other's objects. */
  private static String key(Version version, String file) {
    return "emote/01F6MZGCNG000255K4X1K7NT0" + version.name().charAt(5) + '/' + file;
  }

  private Answer get(Version version, String path) throws Exception {
    return cdn.get(version, path);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void everyFamilyIsServedUnderItsKey(Version version) throws Exception {
    for (String key :
        new String[] {
          "emote/" + ID + "/1x.avif",
          "badge/" + ID + "/2x_static.gif",
          "paint/" + ID + "/layer/" + OTHER + "/3x.png",
          "user/" + ID + "/profile-picture/" + OTHER + "/4x_static.webp"
        }) {
      byte[] body = key.getBytes(StandardCharsets.UTF_8);
      cdn.origin().put(key, body);
      Answer answer = get(version, '/' + key);
      assertThat(answer.status()).as(key).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(body);
      assertThat(answer.header("content-type"))
          .isEqualTo("image/" + key.substring(key.lastIndexOf('.') + 1));
    }
    assertThat(cdn.figure("cdn_request_total{image_type=\"Gif\",kind=\"Badge\"}")).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void all32FileNamesParse(Version version) throws Exception {
    for (String scale : new String[] {"1x", "2x", "3x", "4x"}) {
      for (String still : new String[] {"", "_static"}) {
        for (String type : new String[] {"avif", "gif", "png", "webp"}) {
          String path = "/badge/" + OTHER + '/' + scale + still + '.' + type;
          assertThat(get(version, path).status()).as(path).isEqualTo(404);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void otherSpellingsAreSentToTheCanonicalOne(Version version) throws Exception {
    Map<String, String> vectors =
        Map.of(
            "/emote/60ae958e229664e8667aea38/3x.avif",
            "/emote/" + ID + "/3x.avif",
            "/emote/60ae958e229664e8667aea38/4x",
            "/emote/" + ID + "/4x.webp",
            "/badge/5f9b3b3b0000000000000001/1x.png",
            "/badge/" + OTHER + "/1x.png",
            "/emote/0191f5a3-7c2e-4b1d-9e4f-0a1b2c3d4e5f/1x.webp",
            "/emote/01J7TT6Z1E9CESWKRA3CP3TKJZ/1x.webp",
            "/emote/0191f5a37c2e4b1d9e4f0a1b2c3d4e5f/1x.webp",
            "/emote/01J7TT6Z1E9CESWKRA3CP3TKJZ/1x.webp",
            "/emote/01j7tt6z1eqv6z9ddg5fvmhz00/1x.webp",
            "/emote/01J7TT6Z1EQV6Z9DDG5FVMHZ00/1x.webp",
            "/emote/" + ID + "/%31x.webp?v=1",
            "/emote/" + ID + "/1x.webp",
            "/paint/60ae958e229664e8667aea38/layer/5f9b3b3b0000000000000001/2x",
            "/paint/" + ID + "/layer/" + OTHER + "/2x.webp",
            "/user/" + ID + "/profile-picture/5f9b3b3b0000000000000001/2x_static.gif",
            "/user/" + ID + "/profile-picture/" + OTHER + "/2x_static.gif");
    int before = (int) cdn.figure("cdn_request_total{image_type=\"Webp\",kind=\"Emote\"}");
    for (Map.Entry<String, String> vector : vectors.entrySet()) {
      Answer answer = get(version, vector.getKey());
      assertThat(answer.status()).as(vector.getKey()).isEqualTo(308);
      assertThat(answer.header("location")).isEqualTo(vector.getValue());
      assertThat(answer.header("cache-control")).isEqualTo("no-cache");
      assertThat(answer.header("content-length")).isEqualTo("0");
      assertThat(answer.header("x-7tv-cache")).isEqualTo("(none)");
      assertCommonFields(answer);
    }
    assertThat((int) cdn.figure("cdn_request_total{image_type=\"Webp\",kind=\"Emote\"}"))
        .isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void badNamesAreToldWhy(Version version) throws Exception {
    Map<String, String> vectors =
        Map.ofEntries(
            Map.entry("/emote/xyz/1x.webp", "invalid id length: 3"),
            Map.entry("/emote/xyz/nonsense", "invalid id length: 3"),
            Map.entry(
                "/emote/01F6MZGCNG000255K4X1K7NTHI/1x.webp", "invalid ulid: invalid character"),
            Map.entry(
                "/emote/60ae958e229664e8667aea3g/1x.webp", "invalid object id: invalid character"),
            Map.entry(
                "/emote/%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
                    + "%C3%A4%C3%A4/1x.webp",
                "invalid object id: invalid character"),
            Map.entry("/emote/" + ID + "/2x_static", "invalid image file name"),
            Map.entry("/emote/" + ID + "/5x.webp", "invalid image file name"),
            Map.entry("/emote/" + ID + "/1X.webp", "invalid image file name"),
            Map.entry("/emote/" + ID + "/input.png", "invalid image file name"),
            Map.entry("/emote/" + ID + "/1x.jpg", "invalid file extension"),
            Map.entry("/emote/" + ID + "/1x.WEBP", "invalid file extension"),
            Map.entry("/emote/" + ID + "/1x.a.webp", "invalid file extension"),
            Map.entry("/emote/" + ID + "/1x.", "invalid file extension"));
    for (Map.Entry<String, String> vector : vectors.entrySet()) {
      Answer answer = get(version, vector.getKey());
      assertThat(answer.status()).as(vector.getKey()).isEqualTo(400);
      assertThat(answer.text()).isEqualTo("Invalid URL: " + vector.getValue());
      assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.header("cache-control")).isEqualTo("(none)");
      assertCommonFields(answer);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void otherPathsDoNotExist(Version version) throws Exception {
    for (String path :
        new String[] {
          "/misc/a",
          "/emote",
          "/emote/" + ID,
          "/emote/" + ID + '/',
          "/emote//1x.webp",
          "/emote/" + ID + "//1x.webp",
          "/emote/" + ID + "/1x.webp/",
          "/user/" + ID + "/av_1",
          "/EMOTE/" + ID + "/1x.webp"
        }) {
      Answer answer = get(version, path);
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("content-length")).isEqualTo("0");
      assertCommonFields(answer);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anObjectHasAllItsFields(Version version) throws Exception {
    String key = key(version, "1x.webp");
    cdn.origin()
        .put(
            key, image, "content-type: image/webp", "last-modified: Tue, 01 Jul 2025 10:00:00 GMT");
    Answer miss = get(version, '/' + key + "?v=3");
    assertThat(miss.body()).isEqualTo(image);
    assertThat(miss.header("x-7tv-cache")).isEqualTo("miss");
    assertThat(miss.header("x-7tv-cache-hits")).isEqualTo("0");
    assertThat(miss.header("cache-status")).isEqualTo("SevenTV; fwd=uri-miss");
    assertThat(miss.header("server-timing")).startsWith("cache;desc=\"miss\", origin;dur=");
    Answer hit = get(version, '/' + key);
    for (Answer answer : new Answer[] {miss, hit}) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(image);
      assertThat(answer.header("content-type")).isEqualTo("image/webp");
      assertThat(answer.header("content-length")).isEqualTo("5000");
      assertThat(answer.header("etag")).isEqualTo(ScriptedOrigin.etag(image));
      assertThat(answer.header("last-modified")).isEqualTo("Tue, 01 Jul 2025 10:00:00 GMT");
      assertThat(answer.header("accept-ranges")).isEqualTo("bytes");
      assertThat(answer.header("age")).matches("\\d");
      assertThat(answer.header("cache-control"))
          .isEqualTo("public, max-age=604800, s-maxage=86400, immutable");
      assertCommonFields(answer);
    }
    assertThat(hit.header("x-7tv-cache")).isEqualTo("hit");
    assertThat(hit.header("x-7tv-cache-hits")).isEqualTo("1");
    assertThat(hit.header("cache-status")).isEqualTo("SevenTV; hit");
    Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
    assertThat(head.body()).isEmpty();
    assertThat(head.header("content-length")).isEqualTo("5000");
    assertThat(head.header("x-7tv-cache-hits")).isEqualTo("2");
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  private static void assertCommonFields(Answer answer) {
    assertThat(answer.header("server")).isEqualTo("SevenTV");
    assertThat(answer.header("x-7tv-cdn-node")).isEqualTo("test-node");
    assertThat(answer.header("x-7tv-cdn-pod")).isEqualTo("test-pod");
    assertThat(answer.header("alt-svc")).matches("h3=\":\\d+\"; ma=2592000");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("access-control-expose-headers")).isEqualTo("*");
    assertThat(answer.header("timing-allow-origin")).isEqualTo("*");
    assertThat(answer.header("cross-origin-resource-policy")).isEqualTo("cross-origin");
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.header("vary")).isEqualTo("(none)");
    assertThat(answer.header("connection")).isEqualTo("(none)");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aMissingObjectIsMissingForTenSeconds(Version version) throws Exception {
    String key = key(version, "2x.webp");
    for (String state : new String[] {"miss", "hit"}) {
      Answer answer = get(version, '/' + key);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("content-length")).isEqualTo("0");
      assertThat(answer.header("content-type")).isEqualTo("(none)");
      assertThat(answer.header("cache-control"))
          .isEqualTo("public, max-age=10, s-maxage=10, immutable");
      assertThat(answer.header("x-7tv-cache")).isEqualTo(state);
      assertThat(answer.header("age")).matches("\\d");
      assertCommonFields(answer);
    }
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void lifetimesComeFromTheOrigin(Version version) throws Exception {
    Map<String, String> vectors =
        Map.of(
            "cache-control: max-age=60, public", "public, max-age=60, s-maxage=60, immutable",
            "cache-control: public,max-age=60", "public, max-age=60, s-maxage=60, immutable",
            "cache-control: public,MAX-AGE=90000",
                "public, max-age=90000, s-maxage=86400, immutable",
            "cache-control: public, max-age=60", // behind a space it is not seen
                "public, max-age=604800, s-maxage=86400, immutable",
            "cache-control: max-age=soon", "public, max-age=604800, s-maxage=86400, immutable",
            "expires: Thu, 01 Jan 1970 00:00:00 GMT",
                "public, max-age=604800, s-maxage=86400, immutable",
            "cache-control: max-age=\"60\"", "public, max-age=604800, s-maxage=86400, immutable",
            "cache-control: max-age=4000000000",
                "public, max-age=4000000000, s-maxage=86400, immutable",
            "cache-control: max-age=0", "no-cache");
    int i = 0;
    for (Map.Entry<String, String> vector : vectors.entrySet()) {
      String key =
          "paint/"
              + ID
              + "/layer/01ENV5YQKR00000000000000A"
              + i++
              + '/'
              + version.name().charAt(5)
              + "x.png";
      cdn.origin().put(key, image, vector.getKey());
      Answer answer = get(version, '/' + key);
      assertThat(answer.header("cache-control")).as(vector.getKey()).isEqualTo(vector.getValue());
      assertThat(answer.header("age"))
          .matches(vector.getKey().endsWith("max-age=0") ? "\\(none\\)" : "\\d");
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void conditionsAndRangesAreHonoured(Version version) throws Exception {
    String key = key(version, "3x.webp");
    cdn.origin().put(key, image, "last-modified: Tue, 01 Jul 2025 10:00:00 GMT");
    String tag = ScriptedOrigin.etag(image);
    // The first one finds nothing in memory.
    for (int i = 0; i < 2; i++) {
      Answer part = with(version, key, "range", "bytes=10-19");
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(image, 10, 20));
      assertThat(part.header("content-range")).isEqualTo("bytes 10-19/5000");
      assertCommonFields(part);
    }
    Answer known = with(version, key, "if-none-match", "\"x\", " + tag);
    assertThat(known.status()).isEqualTo(304);
    assertThat(known.body()).isEmpty();
    assertThat(known.header("etag")).isEqualTo(tag);
    assertThat(known.header("cache-control")).startsWith("public, max-age=604800");
    assertCommonFields(known);
    assertThat(with(version, key, "if-none-match", "\"x\"").status()).isEqualTo(200);
    assertThat(with(version, key, "if-modified-since", "Tue, 01 Jul 2025 10:00:00 GMT").status())
        .isEqualTo(304);
    Answer parts = with(version, key, "range", "bytes=0-1,-2");
    assertThat(parts.status()).isEqualTo(206);
    assertThat(parts.header("content-type")).startsWith("multipart/byteranges; boundary=");
    Answer none = with(version, key, "range", "bytes=5000-");
    assertThat(none.status()).isEqualTo(416);
    assertThat(none.header("content-range")).isEqualTo("bytes */5000");
    assertThat(none.header("access-control-allow-origin")).isEqualTo("*");
    Answer changed =
        cdn.send(version, "GET", '/' + key, Map.of("range", "bytes=0-1", "if-range", "\"x\""));
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body()).isEqualTo(image);
    assertThat(
            cdn.send(version, "GET", '/' + key, Map.of("range", "bytes=0-1", "if-range", tag))
                .status())
        .isEqualTo(206);
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  private Answer with(Version version, String key, String name, String value) throws Exception {
    return cdn.send(version, "GET", '/' + key, Map.of(name, value));
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void otherMethodsAreNotAllowed(Version version) throws Exception {
    for (String path : new String[] {"/", "/emote/" + ID + "/1x.webp"}) {
      for (String method : new String[] {"POST", "PUT", "DELETE"}) {
        Answer answer = cdn.send(version, method, path, Map.of());
        assertThat(answer.status()).as(method + path).isEqualTo(405);
        assertThat(answer.header("allow")).isEqualTo("GET,HEAD");
        assertThat(answer.body()).isEmpty();
        assertCommonFields(answer);
      }
    }
    assertThat(cdn.send(version, "POST", "/misc", Map.of()).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void everyOptionsRequestIsAPreflight(Version version) throws Exception {
    for (String path : new String[] {"/", "/emote/" + ID + "/1x.webp", "/anything"}) {
      Answer answer = cdn.send(version, "OPTIONS", path, Map.of());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
      assertThat(answer.header("access-control-allow-methods")).isEqualTo("*");
      assertThat(answer.header("access-control-allow-headers")).isEqualTo("*");
      assertThat(answer.header("access-control-max-age")).isEqualTo("86400");
      assertThat(answer.header("allow"))
          .isEqualTo(path.equals("/anything") ? "(none)" : "GET,HEAD");
      assertThat(answer.header("server")).isEqualTo("(none)");
      assertThat(answer.header("x-7tv-cdn-pod")).isEqualTo("(none)");
      assertThat(answer.header("alt-svc")).isEqualTo("(none)");
      assertThat(answer.header("vary")).isEqualTo("(none)");
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void theRootTellsTheState(Version version) throws Exception {
    Answer answer = get(version, "/");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.header("cache-control")).isEqualTo("(none)");
    assertThat(answer.text())
        .matches(
            "\\{\"message\":\"Welcome to the 7TV CDN!\",\"name\":\"SevenTV\","
                + "\"pod_name\":\"test-pod\",\"node_name\":\"test-node\",\"size\":\\d+,"
                + "\"entries\":\\d+,\"remaining\":-?\\d+,\"inflight\":\\d+}");
    assertCommonFields(answer);
  }
}
