package app.seventv.core.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.StaticQpack;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fields that many responses share. */
class HeaderBlockTest {
  private static final HeaderBlock COMMON =
      HeaderBlock.of(Response.newHeaders().add("Server", "x").add("vary", "a").add("vary", "b"));

  private static HttpHeaders fields() {
    return Response.newHeaders(COMMON, 1).add("age", "1").add("etag", "\"t\"");
  }

  private static String http1(HttpHeaders headers) {
    ByteBuf head =
        Http1ResponseEncoder.ofLoop().head(UnpooledByteBufAllocator.DEFAULT, 200, headers, false);
    try {
      return head.toString(US_ASCII);
    } finally {
      head.release();
    }
  }

  @Test
  void readsLikeFieldsOfItsOwn() {
    HttpHeaders headers = fields();
    assertThat(headers.size()).isEqualTo(5);
    assertThat(headers.get("server")).isEqualTo("x");
    assertThat(headers.getAll("vary")).containsExactly("a", "b");
    assertThat(headers.get("etag")).isEqualTo("\"t\"");
    assertThat(headers.names()).containsExactly("server", "vary", "age", "etag");
    assertThat(headers.contains("date")).isFalse();
    assertThat(headers.copy()).isEqualTo(headers);
  }

  @Test
  void aChangeOfOneResponseIsNotSeenByOthers() {
    HttpHeaders changed = fields();
    changed.set("server", "y").remove("vary").set("age", "2");
    assertThat(http1(changed))
        .isEqualTo("HTTP/1.1 200 OK\r\netag: \"t\"\r\nserver: y\r\nage: 2\r\n\r\n");
    assertThat(changed.copy().clear().isEmpty()).isTrue();
    assertThat(fields().get("server")).isEqualTo("x");
  }

  @Test
  void isSentOverHttp1() {
    assertThat(http1(fields()))
        .isEqualTo(
            String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "server: x",
                "vary: a",
                "vary: b",
                "age: 1",
                "etag: \"t\"",
                "",
                ""));
  }

  @Test
  void isSentOverHttp2() {
    List<String> sent = new ArrayList<>();
    new Http2ResponseFields()
        .show("200", fields())
        .forEach(field -> sent.add(field.getKey() + "=" + field.getValue()));
    assertThat(sent)
        .containsExactly(":status=200", "server=x", "vary=a", "vary=b", "age=1", "etag=\"t\"");
  }

  @Test
  void isSentOverHttp3() {
    ByteBuf frame = Http3ResponseFields.frame(UnpooledByteBufAllocator.DEFAULT, 200, fields(), 0);
    List<String> sent = new ArrayList<>();
    try {
      frame.skipBytes(5); // type, and the length in four bytes
      assertThat(new StaticQpack().decode(frame, (n, v) -> sent.add(n + "=" + v))).isTrue();
    } finally {
      frame.release();
    }
    assertThat(sent)
        .containsExactly(":status=200", "server=x", "vary=a", "vary=b", "age=1", "etag=\"t\"");
  }

  @Test
  void whatConcernsOneConnectionOrBodyIsRefused() {
    for (String name : List.of("connection", "Transfer-Encoding", "content-length")) {
      HttpHeaders headers = Response.newHeaders().add(name, "1");
      assertThatThrownBy(() -> HeaderBlock.of(headers))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name.toLowerCase(java.util.Locale.ROOT));
    }
  }

  @Test
  void numbersAreWrittenRightWhateverWasWrittenBefore() {
    for (long number = -3_000; number < 5_000; number++) {
      assertThat(RecentTexts.decimal(number)).isEqualTo(Long.toString(number));
      assertThat(RecentTexts.decimal(number * 1_024)).isEqualTo(Long.toString(number * 1_024));
    }
    assertThat(RecentTexts.decimal(7)).isSameAs(RecentTexts.decimal(7));
  }
}
