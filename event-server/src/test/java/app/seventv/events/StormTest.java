package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.events.dispatch.BusSamples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits that keep one client, or a storm of them, from hurting the others. */
class StormTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";

  private static final String HANDSHAKE =
      """
      GET /v3 HTTP/1.1
      Host: x
      Connection: Upgrade
      Upgrade: websocket
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      %s
      """
          .replace("\n", "\r\n");

  @TempDir Path directory = Path.of(".");

  private static int sessions(ServiceFixture fixture) {
    return fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum();
  }

  /** A connection whose request carries one more header field. */
  private static Socket raw(ServiceFixture fixture, String field) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(10_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
    OutputStream out = socket.getOutputStream();
    out.write(HANDSHAKE.formatted(field + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  private static String statusLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = socket.getInputStream().read(); b != '\r' && b >= 0; ) {
      line.append((char) b);
      b = socket.getInputStream().read();
    }
    return line.toString();
  }

  @Test
  void commandsAreLimitedButBurstsAreNot() throws Exception {
    try (ServiceFixture fixture =
            new ServiceFixture(directory, "command_burst = 120\ncommands_per_second = 1");
        SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(""))) {
      client.greeted();
      for (int i = 0; i < 120; i++) {
        client.send(SocketClient.resume(SET, 0));
      }
      for (int i = 0; i < 120; i++) {
        assertThat(client.frame().at("/d/command").stringValue()).isEqualTo("RESUME");
      }
      try {
        for (int i = 0; i < 60; i++) {
          client.send("{\"op\":38,\"d\":null}");
        }
      } catch (CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(IOException.class); // has been ended by now
      }
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("end-of-stream-rate-limit"));
      assertThat(client.closed()).isEqualTo("1008 Rate limit reached");
    }
  }

  @Test
  void soManySessionsPerSecond() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "handshakes_per_second = 2")) {
      SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted().close();
      String status = "";
      for (int i = 0; i < 20 && !status.contains(" 503 "); i++) {
        try (Socket socket = raw(fixture, "X: y")) {
          status = statusLine(socket);
          if (status.contains(" 503 ")) {
            assertThat(new String(socket.getInputStream().readNBytes(200), StandardCharsets.UTF_8))
                .contains("retry-after: 2");
          }
        }
      }
      assertThat(status).contains(" 503 ");
    }
  }

  @Test
  void clientsBehindAProxyAreCountedAsLongAsTheirSessionsLive() throws Exception {
    try (ServiceFixture fixture =
            new ServiceFixture(
                directory,
                """
                [event_api.rate_limit]
                enabled = true
                ipv4_buckets = [ { prefix_length = 32, concurrent_connections = 2 } ]
                [event_api.incoming_request]
                ip_headers = ["cf-connecting-ip"]
                trusted_proxies = ["127.0.0.0/8", "::1/128"]
                """);
        Socket second = raw(fixture, "CF-Connecting-IP: 203.0.113.9")) {
      assertThat(statusLine(second)).contains(" 101 ");
      try (Socket first = raw(fixture, "CF-Connecting-IP: 203.0.113.9")) {
        assertThat(statusLine(first)).contains(" 101 ");
        try (Socket third = raw(fixture, "CF-Connecting-IP: 203.0.113.9");
            Socket other = raw(fixture, "CF-Connecting-IP: 203.0.113.10")) {
          assertThat(statusLine(third)).contains(" 429 ");
          assertThat(statusLine(other)).contains(" 101 ");
        }
      }
      await().until(() -> sessions(fixture) == 1);
      try (Socket third = raw(fixture, "CF-Connecting-IP: 203.0.113.9")) {
        assertThat(statusLine(third)).contains(" 101 ");
      }
    }
  }

  @Test
  void whoTakesNothingInIsEndedAfterTheWriteTimeout() throws Exception {
    try (ServiceFixture fixture =
            new ServiceFixture(
                directory,
                """
                max_pending_bytes = 100000000
                write_timeout = { secs = 1, nanos = 0 }
                """);
        SocketClient reader = SocketClient.connect(fixture.http, fixture.webSocketUri(""));
        Socket stopped = new Socket()) {
      reader.greeted().subscribed("emote_set.update", SET);
      stopped.setReceiveBufferSize(4096);
      stopped.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
      stopped
          .getOutputStream()
          .write(
              HANDSHAKE
                  .replace("/v3", "/v3@emote_set.update%%3Cobject_id%%3D" + SET + "%%3E")
                  .formatted("\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await().until(() -> sessions(fixture) == 2);
      byte[] message = BusSamples.message(BusSamples.addEvent());
      // Enough to fill every buffer on the way, then nothing: silence ends it, not the next event.
      for (int i = 0; i < 250; i++) {
        fixture.publish(message);
        assertThat(reader.frame().get("op").intValue()).isZero();
      }
      await().until(() -> sessions(fixture) == 1);
    }
  }

  @Test
  void commandsAreCountedByApplication() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "");
        SocketClient client =
            SocketClient.connect(
                fixture.http, fixture.webSocketUri("?app=7tv-extension&version=3.1"));
        SocketClient other =
            SocketClient.connect(fixture.http, fixture.webSocketUri("?app=made-up&version=9"))) {
      client.greeted().subscribed("emote_set.update", SET);
      other.greeted();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      fixture.runtime.metrics().write(null, out);
      assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
          .containsAll(
              List.of(
                  "event_api_v3_commands_total{app=\"7tv-extension\",command=\"subscribe\","
                      + "kind=\"Client\",version=\"3.1\"} 1.0",
                  "event_api_v3_commands_total{app=\"7tv-extension\",command=\"ack\","
                      + "kind=\"Server\",version=\"3.1\"} 1.0",
                  "event_api_v3_commands_total{app=\"other\",command=\"hello\","
                      + "kind=\"Server\",version=\"other\"} 1.0"));
    }
  }
}
