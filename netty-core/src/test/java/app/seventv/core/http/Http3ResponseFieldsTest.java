package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.StaticQpack;
import io.netty.util.AsciiString;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Field sections of HTTP/3 responses. */
class Http3ResponseFieldsTest {
  /** Type, and the length in four bytes. */
  private static final int FRAME_HEADER_BYTES = 5;

  private static Map<String, String> sent(HttpHeaders headers) {
    ByteBuf frame = Http3ResponseFields.frame(UnpooledByteBufAllocator.DEFAULT, 200, headers, 0);
    try {
      Map<String, String> fields = new LinkedHashMap<>();
      frame.skipBytes(FRAME_HEADER_BYTES);
      assertThat(new StaticQpack().decode(frame, (n, v) -> fields.put("" + n, "" + v))).isTrue();
      return fields;
    } finally {
      frame.release();
    }
  }

  @Test
  void noCharacterBecomesALineEnd() {
    HttpHeaders headers = Response.newHeaders();
    headers.set("x-name", "a\u010ab\u010dc\u0100d\u017fe\te\u00e9");
    assertThat(sent(headers))
        .containsEntry(":status", "200")
        .containsEntry("x-name", "a b c d e\te\u00e9");
  }

  /** Constants, which are encoded once, and other names, before and behind common fields. */
  @Test
  void namesOfEveryKindAndValuesOfEveryLengthAreReadAsTheyWereMeant() {
    HeaderBlock common = HeaderBlock.of(Response.newHeaders().add("server", "cdn"));
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      String value = "v".repeat(random.nextInt(i % 100 == 0 ? 100_000 : 400));
      HttpHeaders headers = random.nextBoolean() ? Response.newHeaders() : newHeaders(common);
      headers
          .add(HttpHeaderNames.ETAG, '"' + value + '"')
          .add(new AsciiString("X-Mixed-Case"), value)
          .add("x-text", "t")
          .add(HttpHeaderNames.AGE, Integer.toString(i))
          .add(HttpHeaderNames.CONNECTION, "close")
          .add(new AsciiString("Transfer-Encoding"), "chunked");
      Map<String, String> expected = new LinkedHashMap<>();
      expected.put(":status", "200");
      headers.forEach(field -> {
        String name = field.getKey().toLowerCase(Locale.ROOT);
        if (!name.equals("connection") && !name.equals("transfer-encoding")) {
          expected.put(name, field.getValue());
        }
      });
      assertThat(sent(headers)).containsExactlyInAnyOrderEntriesOf(expected);
    }
  }

  /** More than are kept in memory. */
  @Test
  void anyNumberOfNamesIsReadAsItWasMeant() {
    for (int i = 0; i < 600; i++) {
      String name = "x-name-" + i % 300;
      HttpHeaders headers = Response.newHeaders().add(new AsciiString(name), "value");
      assertThat(sent(headers)).containsEntry(name, "value").hasSize(2);
    }
  }

  private static HttpHeaders newHeaders(HeaderBlock common) {
    return Response.newHeaders(common, 2);
  }
}
