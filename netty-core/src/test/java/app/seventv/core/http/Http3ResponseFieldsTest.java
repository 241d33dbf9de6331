package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.StaticQpack;
import java.util.LinkedHashMap;
import java.util.Map;
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
}
