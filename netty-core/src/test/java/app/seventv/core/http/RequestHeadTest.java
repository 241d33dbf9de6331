package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Rules for the fields of a request that frames carry (RFC 9113 §8.2, RFC 9114 §4.2). */
class RequestHeadTest {

  private static RequestHead head(String... fields) {
    RequestHead head = new RequestHead(1000, 10);
    for (int i = 0; i < fields.length; i += 2) {
      head.add(fields[i], fields[i + 1]);
    }
    return head;
  }

  private static RequestHead get(String... more) {
    RequestHead head = head(":method", "GET", ":scheme", "https", ":authority", "a", ":path", "/");
    for (int i = 0; i < more.length; i += 2) {
      head.add(more[i], more[i + 1]);
    }
    return head;
  }

  @Test
  void pseudoHeadersComeFirstAndOnce() {
    assertThat(get().finish()).isNull();
    assertThat(head(":method", "GET", "x", "y", ":scheme", "https").finish()).contains("after");
    assertThat(get(":path", "/").finish()).contains("twice");
    assertThat(get(":status", "200").finish()).contains("unknown");
  }

  @Test
  void authoritiesAreHostsWithAnOptionalPort() {
    for (String good : new String[] {"a", "a:1", "a:", "[::1]", "[::1]:65535", "1.2.3.4:80"}) {
      assertThat(HttpAuthority.isValid(good)).as(good).isTrue();
      assertThat(connect(good).finish()).as(good).isNull();
    }
    for (String bad :
        new String[] {"", ":", ":1", "[::", "[]", "[::1]x", "a:1a", "a:65536", "a:99999999999"}) {
      assertThat(HttpAuthority.isValid(bad)).as(bad).isFalse();
      assertThat(connect(bad).finish()).as(bad).isNotNull();
    }
  }

  private static RequestHead connect(String authority) {
    return head(":method", "CONNECT", ":authority", authority);
  }

  @Test
  void trailersThatMeanNothingLateAreDropped() {
    Map<CharSequence, CharSequence> section = Map.of("x-sum", "42", "authorization", "late");
    HttpHeaders trailers = Objects.requireNonNull(RequestHead.trailers(section.entrySet()));
    assertThat(trailers.names()).containsExactly("x-sum");
  }

  @Test
  void boundsAreCountedWithTheOverheadOfFields() {
    RequestHead head = get("x", "y".repeat(1000));
    assertThat(head.finish()).isNull();
    assertThat(head.isTooLarge()).isTrue();
    RequestHead many = get("a", "", "b", "", "c", "", "d", "", "e", "", "f", "", "g", "");
    assertThat(many.finish()).isNull();
    assertThat(many.isTooLarge()).isTrue();
  }

  @Test
  void theAsteriskBelongsToOptions() {
    assertThat(
            head(":method", "OPTIONS", ":scheme", "https", ":authority", "a", ":path", "*")
                .finish())
        .isNull();
    assertThat(head(":method", "GET", ":scheme", "https", ":authority", "a", ":path", "*").finish())
        .isNotNull();
  }

  @Test
  void hostServesWhereThereIsNoAuthority() {
    RequestHead head = head(":method", "GET", ":scheme", "https", ":path", "/", "host", "b");
    assertThat(head.finish()).isNull();
    assertThat(head.fields().get("host")).isEqualTo("b");
    assertThat(get("host", "A").finish()).isNull();
    assertThat(get("host", "b").finish()).isNotNull();
    assertThat(get("host", "a", "host", "a").finish()).isNotNull();
  }

  @Test
  void contentLengthIsOneNumber() {
    RequestHead head = get("content-length", "12");
    assertThat(head.finish()).isNull();
    assertThat(head.contentLength()).isEqualTo(12);
    assertThat(get("content-length", "1, 1").finish()).isNotNull();
    assertThat(get("content-length", "1", "content-length", "1").finish()).isNotNull();
    assertThat(get("content-length", "9999999999999999999").finish()).isNotNull();
  }

  @Test
  void connectNamesOnlyAnAuthorityUnlessItIsExtended() {
    assertThat(head(":method", "CONNECT", ":authority", "a:1").finish()).isNull();
    RequestHead extended =
        head(
            ":method",
            "CONNECT",
            ":protocol",
            "websocket",
            ":scheme",
            "https",
            ":authority",
            "a",
            ":path",
            "/chat");
    assertThat(extended.finish()).isNull();
    assertThat(extended.connectProtocol()).isEqualTo("websocket");
    assertThat(extended.target()).isEqualTo("/chat");
  }
}
