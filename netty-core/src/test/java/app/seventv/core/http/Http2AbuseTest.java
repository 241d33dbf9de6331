package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.RawHttp2Client.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Clients that flood; each ends with the right error and the right reason. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H2_PLAIN, Wire.H2_TLS},
    because = "frames of HTTP/2")
class Http2AbuseTest extends Http2AbuseFixture {
  @Test
  void rapidResets() throws Exception {
    try (RawHttp2Client client = connect()) {
      int before = ended.get();
      for (int i = 0; i <= MAX_RESETS; i++) {
        client.request(2 * i + 1, false, "POST", "/hold");
        client.reset(2 * i + 1);
      }
      assertCalmedDown(client, "reset-flood");
      await().until(() -> ended.get() >= before + MAX_RESETS);
    }
  }

  @Test
  void resetsThatTheClientMakesTheServerSend() throws Exception {
    try (RawHttp2Client client = connect()) {
      for (int i = 0; i <= MAX_RESETS; i++) {
        client.request(2 * i + 1, false, "POST", "/hold");
        client.windowUpdate(2 * i + 1, 0);
      }
      assertCalmedDown(client, "reset-flood");
    }
  }

  @Test
  void continuationsWithoutEnd() throws Exception {
    Map<byte[], Integer> floods = Map.of(new byte[0], 9, new byte[1], 129, new byte[16_384], 9);
    for (Map.Entry<byte[], Integer> flood : floods.entrySet()) {
      byte[] part = flood.getKey();
      try (RawHttp2Client client = connect()) {
        client.frame(Http2Frames.HEADERS, 0, 1, new byte[0]);
        for (int i = 0; i < flood.getValue(); i++) {
          client.frame(Http2Frames.CONTINUATION, 0, 1, part);
        }
        assertCalmedDown(client, "continuation-flood");
      }
    }
  }

  @Test
  void headerBlocksInManySmallPartsAreLegal() throws Exception {
    try (RawHttp2Client client = connect()) {
      byte[] block =
          client.block(
              ":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a".repeat(90));
      client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, block[0]);
      for (int i = 1; i < block.length; i++) {
        int flags = i == block.length - 1 ? Http2Frames.END_HEADERS : 0;
        client.frame(Http2Frames.CONTINUATION, flags, 1, block[i]);
      }
      assertThat(block.length).isBetween(90, 128);
      assertThat(client.reply(1).body()).isEqualTo("ok");
    }
  }

  /** RFC 7541 §4.2: the next header block tells of two sizes, however often they changed. */
  @Test
  void changesOfTheCompressionTableDoNotAddUp() throws Exception {
    try (RawHttp2Client client = connect()) {
      int[] changes = new int[4_000];
      for (int i = 0; i < changes.length; i += 2) {
        changes[i] = Http2Frames.SETTINGS_HEADER_TABLE_SIZE;
        changes[i + 1] = i % 4 == 0 ? 0 : -1;
      }
      client.settings(changes);
      client.request(1, true, "GET", "/");
      Frame head = client.await(f -> f.streamId() == 1);
      assertThat(head.payload()).startsWith(0x20, 0x3f, 0xe1, 0x1f).hasSizeLessThan(200);
      assertThat(client.decode(head)).containsEntry(":status", "200");
      client.request(3, true, "GET", "/");
      assertThat(client.reply(3).status()).isEqualTo("200");
    }
  }

  @Test
  void anErrorOfTheHandlerCostsItsRequestOnly() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/error");
      assertThat(client.reply(1).status()).isEqualTo("500");
      client.request(3, true, "GET", "/");
      assertThat(client.reply(3).status()).isEqualTo("200");
    }
  }

  @Test
  void defectsOfTheServerEndTheConnectionWithTheRightError() throws Exception {
    try (RawHttp2Client client = connect()) {
      client.request(1, true, "GET", "/defect");
      assertThat(client.awaitClose()).isEqualTo(2); // INTERNAL_ERROR
      assertThat(server.drops()).containsExactly("internal-error");
    }
  }

  @Test
  void aConnectionThatIsCutCountsOnce() throws Exception {
    HttpLimits limits = HttpLimits.DEFAULT;
    try (Http2TestServer fresh = new Http2TestServer(loops, certificate, limits, this::handle);
        RawHttp2Client client = fresh.connect(tls, 4, 1 << 24)) {
      client.windowUpdate(0, 1 << 30);
      client.request(1, false, "POST", "/paused");
      for (int i = 1; i < 40; i++) {
        client.request(2 * i + 1, true, "GET", "/big");
      }
      client.await(Http2Frames.DATA);
      assertThat(paused).hasSize(1);
      client.cut();
      await().until(paused::isEmpty);
      try (RawHttp2Client other = fresh.connect(tls)) {
        other.request(1, true, "GET", "/");
        assertThat(other.reply(1).status()).isEqualTo("200");
      }
      assertThat(fresh.drops().stream().filter("transport-error"::equals).count())
          .as("each write that waited fails, and TLS may hide them all")
          .isLessThanOrEqualTo(1);
    }
  }

  /** One small frame, many times in one write. */
  private void flood(RawHttp2Client client, byte[] frame) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < MAX_CONTROL_FRAMES + 50; i++) {
      all.writeBytes(frame);
    }
    client.raw(all.toByteArray());
    assertCalmedDown(client, "control-flood");
  }

  @Test
  void floodsOfFramesThatBringNothingForward() throws Exception {
    byte[][] frames = {
      RawHttp2Client.bytes(Http2Frames.PING, 0, 0, new byte[8]),
      RawHttp2Client.bytes(Http2Frames.PING, Http2Frames.ACK, 0, new byte[8]),
      RawHttp2Client.bytes(Http2Frames.SETTINGS, 0, 0),
      RawHttp2Client.bytes(Http2Frames.SETTINGS, Http2Frames.ACK, 0),
      RawHttp2Client.bytes(Http2Frames.PRIORITY, 0, 3, new byte[5]),
      RawHttp2Client.bytes(Http2Frames.PRIORITY_UPDATE, 0, 0, new byte[] {0, 0, 0, 5, 'i'}),
      RawHttp2Client.bytes(Http2Frames.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1}),
      RawHttp2Client.bytes(0x42, 0, 0, new byte[1])
    };
    for (byte[] frame : frames) {
      try (RawHttp2Client client = connect()) {
        flood(client, frame);
      }
    }
    try (RawHttp2Client client = connect()) {
      client.request(1, false, "POST", "/hold");
      flood(client, RawHttp2Client.bytes(Http2Frames.DATA, 0, 1));
    }
  }

  @Test
  void windowUpdatesOfAnOrdinaryDownloadAreNoFlood() throws Exception {
    try (RawHttp2Client client = connect(4, 1_000)) {
      client.request(1, true, "GET", "/big");
      int got = 0;
      while (got < 1 << 20) {
        Frame frame = client.await(Http2Frames.DATA);
        got += frame.payload().length;
        client.windowUpdate(1, frame.payload().length);
        client.windowUpdate(0, frame.payload().length);
      }
    }
    assertThat(server.drops()).doesNotContain("control-flood");
  }

  @Test
  void decompressionBombs() throws Exception {
    try (RawHttp2Client client = connect()) {
      String large = "a".repeat(4_000);
      client.request(1, true, "GET", "/", "x-bomb", large);
      assertThat(client.reply(1).status()).isEqualTo("200");
      ByteArrayOutputStream bomb = new ByteArrayOutputStream();
      bomb.writeBytes(
          client.block(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a"));
      byte[] one = client.block("x-bomb", large); // a byte or two that mean 4 KB
      assertThat(one.length).isLessThan(4);
      for (int i = 0; i < 5_000; i++) {
        bomb.writeBytes(one);
      }
      client.frame(
          Http2Frames.HEADERS,
          Http2Frames.END_HEADERS | Http2Frames.END_STREAM,
          3,
          bomb.toByteArray());
      assertThat(client.reply(3).status()).isEqualTo("431");
      client.request(5, true, "GET", "/");
      assertThat(client.reply(5).status()).isEqualTo("200");
    }
  }

  @Test
  void unreadAnswersAreBounded() throws Exception {
    HttpLimits limits =
        HttpLimits.builder().maxControlFrames(10_000_000).maxQueuedControlFrames(50).build();
    try (Http2TestServer patient = new Http2TestServer(loops, certificate, limits, this::handle);
        RawHttp2Client client = patient.connect(tls)) {
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 1_000; i++) {
        pings.writeBytes(RawHttp2Client.bytes(Http2Frames.PING, 0, 0, new byte[8]));
      }
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    client.raw(pings.toByteArray());
                  }
                } catch (IOException e) {
                  return; // what the test waits for
                }
              });
      await().until(() -> patient.drops().contains("control-flood"));
      writer.join();
    }
  }
}
