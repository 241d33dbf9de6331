package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.RawHttp2Client.Frame;
import app.seventv.core.http.RawHttp2Client.Reply;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and responses over HTTP/2, frame by frame. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H2_PLAIN, Wire.H2_TLS},
    because = "frames of HTTP/2")
class Http2Test extends Http2Fixture {
  @Test
  void cookieCrumbsAreJoinedAndTheAuthorityIsTheHost() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/head", "cookie", "a=1", "cookie", "b=2", "cookie", "c=3");
      assertThat(client.reply(1).body()).isEqualTo("localhost|a=1; b=2; c=3");
      client.request(3, true, "GET", "/head", "cookie", "a=1");
      assertThat(client.reply(3).body()).isEqualTo("localhost|a=1");
      client.headers(
          5, true, ":method", "GET", ":scheme", "https", ":path", "/head", "host", "other:1");
      assertThat(client.reply(5).body()).isEqualTo("other:1|null");
    }
  }

  @Test
  void malformedRequestsAreResetAndTheConnectionLivesOn() throws Exception {
    String[] good = {":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a"};
    List<String[]> bad = new ArrayList<>();
    for (int i = 0; i < good.length - 2; i += 2) {
      bad.add(without(good, i)); // each pseudo-header field but :authority is needed
    }
    bad.add(without(good, 6)); // neither :authority nor host
    bad.add(with(good, ":path", "/again"));
    bad.add(with(good, ":status", "200"));
    bad.add(with(good, ":protocol", "websocket")); // without CONNECT
    bad.add(with(good, "x", "1", ":late", "1"));
    bad.add(with(good, "Upper", "1"));
    bad.add(with(good, "white space", "1"));
    bad.add(with(good, "", "1"));
    bad.add(with(good, "connection", "close"));
    bad.add(with(good, "keep-alive", "1"));
    bad.add(with(good, "proxy-connection", "1"));
    bad.add(with(good, "transfer-encoding", "chunked"));
    bad.add(with(good, "upgrade", "h2c"));
    bad.add(with(good, "te", "gzip"));
    bad.add(with(good, "x", "line\nbreak"));
    bad.add(with(good, "x", "carriage\rreturn"));
    bad.add(with(good, "x", "nul\0"));
    bad.add(with(good, "x", " padded"));
    bad.add(with(good, "host", "b"));
    bad.add(with(good, "content-length", "1")); // and no body
    bad.add(with(good, "content-length", "0", "content-length", "0"));
    bad.add(with(good, "content-length", "+0"));
    bad.add(replaced(good, 5, ""));
    bad.add(replaced(good, 5, "relative"));
    bad.add(replaced(good, 5, "*"));
    bad.add(replaced(good, 5, "/a b"));
    bad.add(replaced(good, 5, "/a#b"));
    bad.add(replaced(good, 1, "G T"));
    bad.add(replaced(good, 3, "ht tp"));
    bad.add(replaced(good, 7, "user@a"));
    bad.add(replaced(good, 7, "[::"));
    bad.add(replaced(good, 7, "x:99999999"));
    bad.add(replaced(good, 7, "x:1a"));
    bad.add(replaced(good, 7, ""));
    try (RawHttp2Client client = connect()) {
      int stream = 1;
      for (String[] fields : bad) {
        client.headers(stream, true, fields);
        int id = stream;
        Frame answer =
            client.await(f -> f.streamId() == id && f.type() != Http2Frames.WINDOW_UPDATE);
        assertThat(answer.type()).as(String.join(" ", fields)).isEqualTo(Http2Frames.RST_STREAM);
        assertThat(answer.int32(0)).isEqualTo(1); // PROTOCOL_ERROR
        stream += 2;
      }
      client.headers(stream, true, with(good, "te", "trailers", "content-length", "0"));
      assertThat(client.reply(stream).body()).isEqualTo("GET /");
    }
  }

  private static String[] without(String[] fields, int index) {
    List<String> rest = new ArrayList<>(List.of(fields));
    rest.remove(index);
    rest.remove(index);
    return rest.toArray(new String[0]);
  }

  private static String[] with(String[] fields, String... more) {
    List<String> all = new ArrayList<>(List.of(fields));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  private static String[] replaced(String[] fields, int index, String value) {
    String[] copy = fields.clone();
    copy[index] = value;
    return copy;
  }

  @Test
  void largeHeadersAreAnsweredWith431AndTheConnectionLivesOn() throws Exception {
    try (RawHttp2Client client = connect()) {
      // Enters the compression tables of both sides although the request is refused.
      client.request(1, true, "GET", "/", "x-kept", "1", "x-large", "a".repeat(20_000));
      assertThat(client.reply(1).status()).isEqualTo("431");
      String[] many = new String[2 * HttpLimits.DEFAULT.maxHeaderFields()];
      for (int i = 0; i < many.length; i += 2) {
        many[i] = "x" + i;
        many[i + 1] = "1";
      }
      client.request(3, false, "POST", "/echo", many);
      assertThat(client.reply(3).status()).isEqualTo("431");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isZero();
      client.request(5, true, "GET", "/next", "x-kept", "1");
      assertThat(client.reply(5).body()).isEqualTo("GET /next");
    }
  }

  @Test
  void headerBlocksMayGoOnInContinuations() throws Exception {
    try (RawHttp2Client client = connect()) {
      byte[] block =
          client.block(
              ":method", "GET", ":scheme", "https", ":path", "/parts", ":authority", "localhost");
      client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, slice(block, 0, 3));
      client.frame(Http2Frames.CONTINUATION, 0, 1, slice(block, 3, 9));
      client.frame(
          Http2Frames.CONTINUATION, Http2Frames.END_HEADERS, 1, slice(block, 9, block.length));
      assertThat(client.reply(1).body()).isEqualTo("GET /parts");
    }
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  @Test
  void trailersTravelBothWays() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/trailers");
      client.data(1, false, new byte[10]);
      client.headers(1, true, "x-sum", "42", "authorization", "late", "x-forwarded-for", "::1");
      Reply reply = client.reply(1);
      assertThat(reply.body()).isEqualTo("body");
      assertThat(reply.trailers())
          .containsEntry("x-sum", "42")
          .doesNotContainKeys("authorization", "x-forwarded-for"); // RFC 9110 §6.5.1
    }
  }

  @Test
  void bodiesThatDoNotFitTheirLengthAreReset() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo", "content-length", "3");
      client.data(1, true, new byte[2]);
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(1);
      client.request(3, false, "POST", "/echo", "content-length", "3");
      client.data(3, false, new byte[4]);
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(1);
      client.request(5, false, "POST", "/echo", "content-length", "3");
      client.data(5, false, new byte[2]);
      client.headers(5, true, "x-sum", "42");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(1);
    }
  }

  @Test
  void expectContinueIsAnsweredWhenTheBodyIsWanted() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo", "expect", "100-continue", "content-length", "2");
      Frame interim = client.await(Http2Frames.HEADERS);
      assertThat(client.decode(interim)).containsEntry(":status", "100");
      assertThat(interim.flags() & Http2Frames.END_STREAM).isZero();
      client.data(1, true, (byte) 'o', (byte) 'k');
      assertThat(client.reply(1).body()).isEqualTo("ok");
    }
  }

  @Test
  void earlyAnswersStopTheUpload() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/early");
      assertThat(client.reply(1).status()).isEqualTo("403");
      Frame stop = client.await(Http2Frames.RST_STREAM);
      assertThat(stop.streamId()).isEqualTo(1);
      assertThat(stop.int32(0)).isZero(); // NO_ERROR
      client.data(1, true, new byte[10]); // was on its way
      client.request(3, true, "GET", "/after");
      assertThat(client.reply(3).body()).isEqualTo("GET /after");
    }
  }

  @Test
  void pausedBodiesKeepTheirWindowAndOthersTheirs() throws Exception {
    received.set(0);
    int window = Http2RequestBody.WINDOW_BYTES;
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/paused");
      for (int sent = 0; sent < window; sent += 16_384) {
        client.data(1, false, new byte[16_384]);
      }
      client.request(3, false, "POST", "/echo");
      client.data(3, true, new byte[1000]);
      assertThat(client.reply(3).body()).hasSize(1000);
      Exchange paused = held();
      paused.executor().execute(paused::resumeBody);
      Frame update = client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 1);
      assertThat(update.int32(0)).isEqualTo(window);
      assertThat(received.get()).isEqualTo(window);
    }
  }

  @Test
  void clientsThatOverrunAWindowAreReset() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/paused");
      for (int sent = 0; sent <= Http2RequestBody.WINDOW_BYTES; sent += 16_384) {
        client.data(1, false, new byte[16_384]);
      }
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(3);
    }
  }

  @Test
  void resetsEndTheExchange() throws Exception {
    ended.set(0);
    aborted.set(0);
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/hold");
      client.data(1, false, new byte[10]);
      client.reset(1);
      await().until(() -> ended.get() == 1 && aborted.get() == 1);
      client.request(3, false, "POST", "/hold");
      client.request(5, true, "GET", "/alive");
      assertThat(client.reply(5).body()).isEqualTo("GET /alive");
    }
    await().until(() -> ended.get() == 2 && aborted.get() == 2); // the connection's end, too
  }

  @Test
  void brokenResponsesAreReset() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/hold");
      ResponseStream out = held().start(200, Response.newHeaders());
      out.writeAndFlush(Unpooled.wrappedBuffer(new byte[5]));
      assertThat(client.await(Http2Frames.DATA).payload()).hasSize(5);
      out.abort();
      assertThatThrownBy(() -> client.reply(1)).hasMessageContaining("reset with error 2");
    }
  }

  @Test
  void extendedConnectIsATunnelAndOtherConnectIsRefused() throws Exception {
    try (RawHttp2Client client = connect()) {
      Frame settings = client.await(Http2Frames.SETTINGS);
      assertThat(settings.payload()).containsSequence(0, 8, 0, 0, 0, 1); // RFC 8441 §3
      client.headers(
          1,
          false,
          ":method",
          "CONNECT",
          ":protocol",
          "websocket",
          ":scheme",
          "https",
          ":path",
          "/tunnel",
          ":authority",
          "localhost");
      assertThat(client.decode(client.await(Http2Frames.HEADERS)))
          .containsEntry(":status", "200")
          .containsEntry("x-protocol", "websocket");
      client.data(1, false, (byte) 1, (byte) 2);
      assertThat(client.await(Http2Frames.DATA).payload()).containsExactly(1, 2);
      client.data(1, true);
      assertThat(client.await(Http2Frames.DATA).flags()).isEqualTo(Http2Frames.END_STREAM);
      client.headers(3, false, ":method", "CONNECT", ":authority", "elsewhere:443");
      assertThat(client.reply(3).status()).isEqualTo("501");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"connect-udp", "foo"})
  void anExtendedConnectForAnotherProtocolIsNotImplemented(String protocol) throws Exception {
    try (RawHttp2Client client = connect()) {
      client.await(Http2Frames.SETTINGS);
      client.request(1, true, "CONNECT", "/tunnel", ":protocol", protocol);
      assertThat(client.reply(1).status()).isEqualTo("501"); // RFC 8441 §5, RFC 9220 §3
    }
  }
}
