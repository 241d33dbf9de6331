package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random heads: the result depends on the bytes alone, not on how they arrive. */
class Http1HeadFuzzTest {
  private static final HttpLimits LIMITS =
      HttpLimits.builder().maxRequestLineBytes(64).maxHeaderBytes(256).maxHeaderFields(6).build();

  @FuzzTest
  void anySplitReadsTheSame(byte[] bytes) {
    Outcome whole = outcome(bytes, bytes.length);
    assertThat(outcome(bytes, 1)).isEqualTo(whole);
    Random random = new Random(bytes.length);
    for (int i = 0; i < 4; i++) {
      assertThat(outcome(bytes, 1 + random.nextInt(32))).isEqualTo(whole);
    }
    Read head = whole.head();
    if (head != null) {
      withinLimits(head);
    }
  }

  private static void withinLimits(Read head) {
    assertThat(head.target()).hasSizeLessThanOrEqualTo(64).matches("[/*][!-~]*");
    // At most those sent, and the host of an absolute target where none was sent (HTTP/1.0).
    assertThat(head.headers().size()).isLessThanOrEqualTo(6 + 1);
    assertThat(head.headers().getAll("host").size()).isLessThanOrEqualTo(1);
    assertThat(head.headers().contains("transfer-encoding"))
        .isEqualTo(head.contentLength() == Http1Head.CHUNKED);
    for (Map.Entry<String, String> field : head.headers()) {
      assertThat(field.getKey()).matches("[!-~&&[^A-Z:]]+");
      assertThat(field.getValue()).doesNotContain("\r", "\n", "\0");
      assertThat(field.getValue().strip()).isEqualTo(field.getValue());
    }
  }

  /** What a head was before the next one was read in its place. */
  private record Read(
      String method,
      String target,
      HeaderFields headers,
      long contentLength,
      long declaredLength,
      boolean http10,
      boolean keepAlive,
      boolean continueExpected) {
    static Read of(Http1Head head) {
      return new Read(
          head.method(),
          head.target(),
          head.headers(),
          head.contentLength(),
          head.declaredLength(),
          head.http10(),
          head.keepAlive(),
          head.continueExpected());
    }
  }

  /** A head and the bytes it took, a refusal, or neither while bytes are missing. */
  private record Outcome(@Nullable Read head, int consumed, @Nullable Http1Refusal refusal) {}

  private static Outcome outcome(byte[] bytes, int pieceBytes) {
    Http1HeadParser parser = new Http1HeadParser(LIMITS);
    ByteBuf in = Unpooled.buffer(bytes.length);
    try {
      while (true) {
        int piece = Math.min(pieceBytes, bytes.length - in.writerIndex());
        in.writeBytes(bytes, in.writerIndex(), piece);
        Http1Head head = parser.parse(in);
        if (head != null) {
          return new Outcome(Read.of(head), in.readerIndex(), null);
        }
        if (in.writerIndex() == bytes.length) {
          return new Outcome(null, 0, null);
        }
      }
    } catch (Http1Refusal refusal) {
      return new Outcome(null, 0, refusal);
    }
  }
}
