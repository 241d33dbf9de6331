package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.RawHttp2Client.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Clients that stall or trickle; each ends with the right error and the right reason. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H2_PLAIN, Wire.H2_TLS},
    because = "frames of HTTP/2; Http1Test and Http3SlowReaderTest have the others")
class Http2StallTest extends Http2AbuseFixture {
  @Test
  void noPreface() throws Exception {
    try (RawHttp2Client client = server.open(tls)) {
      client.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n".getBytes(StandardCharsets.US_ASCII));
      server.drops().clear();
      client.awaitClose();
      assertThat(server.drops()).containsAnyOf("header-timeout", "idle-timeout");
    }
  }

  @Test
  void headerBlocksThatTrickle() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/hold"); // another stream does not excuse it
      client.frame(Http2Frames.HEADERS, 0, 3, (byte) 0x82);
      assertCalmedDown(client, "header-timeout");
    }
    try (RawHttp2Client client = connect()) {
      client.raw(new byte[] {0, 0, 9}); // a frame that never comes
      assertCalmedDown(client, "header-timeout");
    }
  }

  @Test
  void bodiesThatStop() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo");
      client.data(1, false, new byte[10]);
      assertThat(client.reply(1).status()).isEqualTo("408");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isZero();
      assertThat(server.drops()).contains("body-timeout");
    }
  }

  /** Streams that are not read hold the whole window: the client may not send on others. */
  @Test
  void bodiesThatMayNotComeAreNotLate() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 0); // the first
      client.request(5, false, "POST", "/echo");
      for (int stream = 7; stream <= 9; stream += 2) {
        client.request(stream, false, "POST", "/paused");
        for (int sent = 0; sent < Http2RequestBody.WINDOW_BYTES; sent += 16_384) {
          client.data(stream, false, new byte[16_384]);
        }
      }
      for (int i = 0; i < 2; i++) { // two deadlines pass
        try (RawHttp2Client other = server.connect(tls)) {
          other.request(1, false, "POST", "/echo");
          assertThat(other.reply(1).status()).isEqualTo("408");
        }
      }
      paused.forEach(exchange -> exchange.respond(Response.text(200, "done")));
      client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 0);
      client.data(5, true, new byte[10]);
      assertThat(client.reply(5).status()).isEqualTo("200");
    }
  }

  /** What many streams have read must not use up the connection's window. */
  @Test
  void manyUploadsKeepGoing() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.await(f -> f.type() == Http2Frames.WINDOW_UPDATE && f.streamId() == 0); // the first
      for (int i = 0; i < 64; i++) { // 1 MiB
        client.request(2 * i + 1, false, "POST", "/hold");
        client.data(2 * i + 1, false, new byte[16_384]);
      }
      int returned = 0;
      while (returned < 3 * Http2RequestBody.WINDOW_BYTES / 2) {
        Frame frame = client.await(Http2Frames.WINDOW_UPDATE);
        assertThat(frame.streamId()).isZero();
        returned += frame.int32(0);
      }
    }
  }

  @Test
  void bodiesThatTrickle() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/echo");
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            client.data(1, false, new byte[1]); // 10 per second where 256 are due
            return !server.drops().isEmpty();
          });
      assertThat(client.reply(1).status()).isEqualTo("408");
    }
  }

  @Test
  void windowsThatStayShutOrOpenByteByByte() throws Exception {
    try (RawHttp2Client client = connect(4, 0)) {
      client.request(1, true, "GET", "/big");
      assertThat(client.await(Http2Frames.RST_STREAM).int32(0)).isEqualTo(8); // CANCEL
      assertThat(server.drops()).contains("write-stalled");
    }
    try (RawHttp2Client client = connect(4, 1)) {
      client.request(1, true, "GET", "/big");
      Frame first = client.await(f -> f.type() <= Http2Frames.RST_STREAM && f.type() != 1);
      assertThat(first.type()).isEqualTo(Http2Frames.DATA);
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            client.windowUpdate(1, 1);
            Frame next =
                client.await(
                    f -> f.type() == Http2Frames.DATA || f.type() == Http2Frames.RST_STREAM);
            return next.type() == Http2Frames.RST_STREAM || next.payload().length != 1;
          });
      assertThat(server.drops()).contains("write-stalled");
    }
    try (RawHttp2Client client = connect(4, 1 << 24)) { // the connection's window stays shut
      client.request(1, true, "GET", "/big");
      assertThat(client.awaitClose()).isEqualTo(8);
      assertThat(server.drops()).contains("write-stalled");
    }
  }

  @Test
  void connectionsWithoutRequests() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/");
      assertThat(client.reply(1).status()).isEqualTo("200");
      assertThat(client.awaitClose()).isZero(); // GOAWAY with NO_ERROR
      assertThat(server.drops()).contains("idle-timeout");
    }
  }
}
