package app.seventv.cdn;

import static app.seventv.cdn.ScriptedOrigin.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Answers of the origin that are wrong, odd or of unknown length: what is an object, and how long
 * it is.
 */
class OriginAnswersTest extends OriginFixture {
  /** Writes a chunk; an empty one is the last. */
  private static void chunk(OutputStream out, byte[] data) throws IOException {
    out.write((Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(data);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void statusesThatNobodyAskedForAreNoObject(Version version) throws Exception {
    for (String status : List.of("202 Accepted", "203 Changed", "206 Partial Content")) {
      cdn.origin()
          .answer(
              key,
              (call, out) -> {
                head(out, status, "content-length: " + image.length);
                out.write(image);
              });
      assertFailed(cdn.get(version, '/' + key), 502, "refused");
    }
    cdn.origin().answer(key, (call, out) -> head(out, "204 No Content"));
    assertFailed(cdn.get(version, '/' + key), 502, "refused");
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void interimAnswersAreNoAnswers(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "103 Early Hints", "link: </style.css>; rel=preload");
              head(out, "102 Processing");
              head(out, "200 OK", "content-length: " + image.length);
              out.write(image);
            });
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void datesThatAreNoneAreLeftOut(Version version) throws Exception {
    cdn.origin().put(key, image, "last-modified: yesterday", "expires: 0");
    Answer answer = cdn.get(version, '/' + key);
    assertThat(answer.body()).isEqualTo(image);
    assertThat(answer.header("last-modified")).isEqualTo("(none)");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void bytesBeyondTheLengthReachNoOtherObject(Version version) throws Exception {
    byte[] evil = new byte[2_000];
    Arrays.fill(evil, (byte) 'x');
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: 1000");
              out.write(evil);
            });
    cdn.origin().put(other, image);
    for (int i = 0; i < 5; i++) {
      assertThat(cdn.get(version, '/' + key).body()).hasSize(1000);
      assertThat(cdn.get(version, '/' + other).body()).isEqualTo(image);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anAnswerThatNobodyAskedForIsNobodysAnswer(Version version) throws Exception {
    byte[] twoAnswers =
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"
            .getBytes(StandardCharsets.US_ASCII);
    cdn.origin().answer(key, (call, out) -> out.write(twoAnswers));
    cdn.origin().put(other, image);
    assertThat(cdn.get(version, '/' + key).body()).asString().isEqualTo("ok");
    assertThat(cdn.get(version, '/' + other).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aBrokenChunkIsNoEnd(Version version) throws Exception {
    byte[] chunks = "4\r\ngood\r\nno chunk at all\r\n".getBytes(StandardCharsets.US_ASCII);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              out.write(chunks);
            });
    assertBroken(version);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void chunksWithoutALastOneAreNoWholeObject(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              chunk(out, image);
              throw new IOException("cut between chunks");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              out.write("ff\r\nhello".getBytes(StandardCharsets.US_ASCII));
              out.flush();
              throw new IOException("cut within a chunk");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              throw new IOException("cut before the first chunk");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    byte[] large = new byte[2_000_000];
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              chunk(out, large);
              throw new IOException("cut when the first bytes have been passed on");
            });
    assertBroken(version);
    assertBroken(version); // known as large now
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void wholeChunksAreKeptWithTheirLength(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              for (int at = 0; at < image.length; at += 100_000) {
                chunk(out, Arrays.copyOfRange(image, at, at + 100_000));
              }
              chunk(out, new byte[0]);
            });
    for (int i = 0; i < 2; i++) {
      Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
      assertThat(head.header("content-length")).isEqualTo("300000");
      assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    }
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  /** Whether the whole came nobody could tell. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void whatEndsWithItsConnectionIsNoObject(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-type: image/webp");
              out.write(image);
              out.flush();
              throw new IOException("the end");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "refused");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void headClaimsNoLengthThatIsNotKnown(Version version) throws Exception {
    byte[] large = new byte[2_000_000];
    Arrays.fill(large, (byte) 7);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              chunk(out, large);
              chunk(out, new byte[0]);
            });
    for (int i = 0; i < 2; i++) {
      Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-length")).isEqualTo("(none)");
      assertThat(cdn.get(version, '/' + key).body()).isEqualTo(large);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void tooLargeObjectsPassWithoutBeingKept(Version version) throws Exception {
    byte[] large = new byte[2_000_000];
    Arrays.fill(large, (byte) 9);
    cdn.origin().put(key, large);
    for (int i = 1; i <= 3; i++) {
      Answer answer = cdn.get(version, '/' + key);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(large);
      assertThat(answer.header("content-length")).isEqualTo("2000000");
      assertThat(answer.header("cache-status")).isEqualTo("SevenTV; fwd=bypass; detail=large");
      assertThat(cdn.origin().calls(key)).hasSize(i);
    }
    Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
    assertThat(head.header("content-length")).isEqualTo("2000000");
    assertThat(cdn.figure("cache_passed_total")).isGreaterThanOrEqualTo(3);
    await().atMost(Duration.ofSeconds(30)).until(() -> cdn.figure("cache_upstream_running") == 0);
  }
}
