package app.seventv.cdn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Validators, conditions and ranges (RFC 9110 §8.8, §13, §14) of objects that have to be fetched
 * first, and again of those in memory.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class ConditionsTest {
  private static final String EARLIER = "Mon, 30 Jun 2025 10:00:00 GMT";
  private static final String MODIFIED = "Tue, 01 Jul 2025 10:00:00 GMT";
  private static final String LATER = "Wed, 02 Jul 2025 10:00:00 GMT";
  private static final String NONE = "(none)";
  private static final String SETTINGS =
      """
      stale_while_revalidate = "0s"
      expiry_jitter = 0
      max_object_size = 100_000
      """;

  @TempDir static Path directory = Path.of(".");

  private CdnFixture cdn;
  private int keys;
  private final byte[] image = new byte[5_000];
  private final byte[] large = new byte[200_000];
  private final String tag = ScriptedOrigin.etag(fill(image));

  private static byte[] fill(byte[] bytes) {
    new Random(bytes.length).nextBytes(bytes);
    return bytes;
  }

  @BeforeAll
  void start() throws Exception {
    cdn = CdnFixture.start(directory, SETTINGS);
    fill(large);
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  /** A key that nobody has asked for. */
  private String newKey() {
    return "emote/01F6MZGCNG000255K4X1K7%04d/1x.webp".formatted(keys++);
  }

  private String newObject(byte[] body) {
    String key = newKey();
    cdn.origin().put(key, body, "last-modified: " + MODIFIED);
    return key;
  }

  private List<Map<String, String>> conditionsThatHold() {
    return List.of(
        Map.of("if-match", tag),
        Map.of("if-match", "\"x\", " + tag),
        Map.of("if-match", "*"),
        Map.of("if-match", tag, "if-unmodified-since", EARLIER), // the tag decides (§13.1.4)
        Map.of("if-unmodified-since", MODIFIED),
        Map.of("if-unmodified-since", LATER),
        Map.of("if-none-match", "\"x\""),
        Map.of("if-modified-since", EARLIER));
  }

  private List<Map<String, String>> conditionsThatFail() {
    return List.of(
        Map.of("if-match", "\"x\""),
        Map.of("if-match", "W/" + tag), // compared strongly (§13.1.1)
        Map.of("if-match", "\"x\"", "if-unmodified-since", LATER),
        Map.of("if-match", "\"x\"", "if-none-match", tag),
        Map.of("if-unmodified-since", EARLIER));
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void conditionsDecide(Version version) throws Exception {
    for (Map<String, String> condition : conditionsThatHold()) {
      String key = newObject(image);
      for (String turn : new String[] {" from the origin", " from memory"}) {
        Answer whole = cdn.send(version, "GET", '/' + key, condition);
        assertThat(whole.status()).as(condition + turn).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(image);
        assertThat(whole.header("etag")).isEqualTo(tag);
        assertThat(cdn.origin().calls(key)).hasSize(1);
      }
    }
    for (Map<String, String> condition : conditionsThatFail()) {
      String key = newObject(image);
      for (String method : new String[] {"GET", "HEAD", "GET"}) {
        Answer failed = cdn.send(version, method, '/' + key, condition);
        assertThat(failed.status()).as(method + condition).isEqualTo(412);
        assertThat(failed.body()).hasSizeLessThan(100);
        assertThat(failed.header("access-control-allow-origin")).isEqualTo("*");
      }
      assertThat(cdn.origin().calls(key)).hasSize(1); // and is kept all the same
      assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    }
  }

  /** What is too large to be kept has its validators too. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void conditionsDecideAboutWhatIsNotKept(Version version) throws Exception {
    String key = newObject(large);
    String largeTag = ScriptedOrigin.etag(large);
    // The first one finds out how large it is.
    for (int turn = 0; turn < 2; turn++) {
      Answer known = cdn.send(version, "GET", '/' + key, Map.of("if-none-match", largeTag));
      assertThat(known.status()).isEqualTo(304);
      assertThat(known.body()).isEmpty();
      assertThat(known.header("etag")).isEqualTo(largeTag);
      assertThat(known.header("content-type")).isEqualTo(NONE);
      Answer failed = cdn.send(version, "GET", '/' + key, Map.of("if-match", tag));
      assertThat(failed.status()).isEqualTo(412);
      assertThat(failed.body()).hasSizeLessThan(100);
    }
    Map<String, String> holds = Map.of("if-match", largeTag, "range", "bytes=0-9");
    Answer whole = cdn.send(version, "GET", '/' + key, holds);
    assertThat(whole.status()).isEqualTo(200); // no parts (§14.2 allows it)
    assertThat(whole.body()).isEqualTo(large);
    await().until(() -> cdn.figure("cache_upstream_running") == 0); // nothing is left of the others
  }

  /** Conditions are about something that exists (RFC 9110 §13.2.1). */
  @ParameterizedTest
  @EnumSource(Version.class)
  void aMissingObjectIsMissingWhateverTheConditions(Version version) throws Exception {
    for (Map<String, String> condition :
        List.of(
            Map.of("if-none-match", "*"),
            Map.of("if-none-match", tag),
            Map.of("if-match", "*"),
            Map.of("if-match", tag),
            Map.of("if-modified-since", LATER),
            Map.of("if-unmodified-since", EARLIER),
            Map.of("range", "bytes=0-9"))) {
      String key = newKey();
      for (String method : new String[] {"GET", "GET", "HEAD"}) {
        Answer missing = cdn.send(version, method, '/' + key, condition);
        assertThat(missing.status()).as(method + condition).isEqualTo(404);
        assertThat(missing.body()).isEmpty();
        assertThat(missing.header("content-length")).isEqualTo("0");
        assertThat(missing.header("cache-control"))
            .isEqualTo("public, max-age=10, s-maxage=10, immutable");
      }
      assertThat(cdn.origin().calls(key)).hasSize(1);
    }
  }

  /** Ranges are for GET (RFC 9110 §14.2): even one that no byte satisfies is none to HEAD. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void headKnowsNoRanges(Version version) throws Exception {
    for (String range : new String[] {"bytes=0-9", "bytes=9999-", "bytes=0-1,8-9", "bytes=-1"}) {
      String key = newObject(image);
      for (String turn : new String[] {" from the origin", " from memory"}) {
        Answer head = cdn.send(version, "HEAD", '/' + key, Map.of("range", range));
        assertThat(head.status()).as(range + turn).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.header("content-length")).isEqualTo("5000");
        assertThat(head.header("content-range")).isEqualTo(NONE);
        assertThat(head.header("content-type")).isEqualTo("image/webp");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void severalRangesAreThePartsOfOneBody(Version version) throws Exception {
    String key = newObject(image);
    for (String turn : new String[] {"from the origin", "from memory"}) {
      Answer answer =
          cdn.send(version, "GET", '/' + key, Map.of("range", "bytes=0-9, 4000-4999,1000-1000"));
      assertThat(answer.status()).as(turn).isEqualTo(206);
      assertThat(answer.header("content-range")).isEqualTo(NONE); // of the parts (§15.3.7.2)
      String start = "multipart/byteranges; boundary=";
      assertThat(answer.header("content-type")).startsWith(start);
      String delimiter = "\r\n--" + answer.header("content-type").substring(start.length());
      String body = new String(answer.body(), ISO_8859_1);
      assertThat(answer.header("content-length")).isEqualTo(Integer.toString(body.length()));
      assertThat(body).endsWith(delimiter + "--\r\n");
      String[] parts = ("\r\n" + body).split(delimiter, -1);
      assertThat(parts).hasSize(5); // what comes before the first one, and the end
      assertPart(parts[1], 0, 9); // in the order of the bytes (§15.3.7.2 allows it)
      assertPart(parts[2], 1_000, 1_000);
      assertPart(parts[3], 4_000, 4_999);
      assertThat(cdn.origin().calls(key)).hasSize(1);
    }
  }

  private void assertPart(String part, int first, int last) {
    int end = part.indexOf("\r\n\r\n");
    assertThat(part.substring(0, end).toLowerCase(Locale.ROOT).split("\r\n", -1))
        .containsExactlyInAnyOrder(
            "", "content-type: image/webp", "content-range: bytes " + first + '-' + last + "/5000");
    assertThat(part.substring(end + 4).getBytes(ISO_8859_1))
        .isEqualTo(Arrays.copyOfRange(image, first, last + 1));
  }

  /** Of an object and of the knowledge that there is none (RFC 9111 §5.1). */
  @ParameterizedTest
  @EnumSource(Version.class)
  void agesAreTheSecondsSinceTheOriginAnswered(Version version) throws Exception {
    String key = newObject(image);
    String missing = newKey();
    long beforeNs = System.nanoTime();
    assertThat(cdn.get(version, '/' + key).header("age")).isEqualTo("0");
    assertThat(cdn.get(version, '/' + missing).header("age")).isEqualTo("0");
    for (String path : new String[] {'/' + key, '/' + missing}) {
      await()
          .until(() -> {
            int age = Integer.parseInt(cdn.get(version, path).header("age"));
            assertThat(age).isLessThanOrEqualTo((int) ((System.nanoTime() - beforeNs) / 1e9));
            return age > 0;
          });
    }
    assertThat(cdn.origin().calls(key)).hasSize(1);
    assertThat(cdn.origin().calls(missing)).hasSize(1);
  }

  /** Only the origin's own tags are of use to it; a weak one is none for parts of an object. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void whatHasNoStrongTagIsGivenOneWhichTheOriginIsNotAskedAbout(Version version) throws Exception {
    for (String line : new String[] {"x-tag: none", "etag: W/\"weak\"", "etag: no-tag"}) {
      String key = newKey();
      cdn.origin()
          .answer(
              key,
              (call, out) -> {
                ScriptedOrigin.head(
                    out,
                    "200 OK",
                    "cache-control: max-age=1",
                    "content-length: " + image.length,
                    line);
                out.write(image);
              });
      assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
      Answer hit = cdn.get(version, '/' + key);
      String ours = hit.header("etag");
      assertThat(ours).as(line).matches("\"sha256-[0-9a-f]{32}\"");
      await() // until it is asked about what it has, past its life
          .until(() -> {
            Answer known = cdn.send(version, "GET", '/' + key, Map.of("if-none-match", ours));
            assertThat(known.status()).isEqualTo(304);
            return cdn.origin().calls(key).size() > 1;
          });
      assertThat(cdn.origin().calls(key))
          .noneMatch(call -> call.headers().containsKey("if-none-match"));
    }
  }
}
