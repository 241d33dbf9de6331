package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.events.dispatch.BusSamples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Timers, limits, slow readers and the drain. */
class SessionLifeTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";

  @TempDir Path directory = Path.of(".");

  private static String figures(ServiceFixture fixture) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fixture.runtime.metrics().write(null, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void heartbeatsUntilTheTimeToReconnect() throws Exception {
    try (ServiceFixture fixture =
            new ServiceFixture(
                directory,
                """
                heartbeat_interval = { secs = 0, nanos = 200000000 }
                ttl = { secs = 1, nanos = 0 }
                """);
        SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(""))) {
      assertThat(client.frame().at("/d/heartbeat_interval").intValue()).isBetween(200, 220);
      JsonNode next = client.frame();
      int count = 0;
      while (next.get("op").intValue() == 2) {
        assertThat(next.at("/d/count").intValue()).isEqualTo(count++);
        next = client.frame();
      }
      assertThat(count).isBetween(4, 7);
      assertThat(next.get("d").toString()).isEqualTo("{\"reason\":\"Reconnect\"}");
      assertThat(client.frame().get("d").toString())
          .isEqualTo("{\"code\":4012,\"message\":\"Reconnect\"}");
      assertThat(client.closed()).isEqualTo("1001 Reconnect");
      assertThat(figures(fixture))
          .contains(
              "event_api_v3_client_closes_total{app=\"unknown\",code=\"RECONNECT\","
                  + "kind=\"Websocket\",version=\"unknown\"} 1.0");
    }
  }

  @Test
  void theConnectionLimit() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "connection_limit = 1")) {
      SocketClient first = SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted();
      HttpRequest request = HttpRequest.newBuilder(URI.create(fixture.httpUri("/v3"))).build();
      HttpResponse<String> response =
          fixture.http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).isEqualTo("connection limit reached");
      first.close();
      await().until(() -> fixture.service.sessionsByLoop().equals(List.of(0, 0)));
      SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted().close();
    }
  }

  private static final String UPGRADE =
      """
      Connection: Upgrade
      Upgrade: websocket
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      """
          .replace("\n", "\r\n");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReaderThatStopsIsClosedAndDelaysNobody(boolean webSocket) throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "max_pending_bytes = 65536");
        SocketClient reader = SocketClient.connect(fixture.http, fixture.webSocketUri(""));
        Socket stopped = new Socket()) {
      reader.greeted().subscribed("emote_set.update", SET);
      stopped.setReceiveBufferSize(4096);
      stopped.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
      stopped
          .getOutputStream()
          .write(
              ("GET /v3@emote_set.update%3Cobject_id%3D"
                      + SET
                      + "%3E HTTP/1.1\r\nHost: x\r\n"
                      + (webSocket ? UPGRADE : "")
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await().until(() -> fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum() == 2);
      byte[] message = BusSamples.message(BusSamples.addEvent());
      int published = 0;
      while (!figures(fixture).contains("code=\"TIMEOUT\"")) {
        for (int i = 0; i < 100; i++) {
          fixture.publish(message);
          published++;
          assertThat(reader.frame().get("op").intValue()).isZero();
        }
        assertThat(published).as("events until the slow reader is closed").isLessThan(20_000);
      }
      assertThat(fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum()).isEqualTo(1);
    }
  }

  @Test
  void theDrainTellsEverybodyToReconnect() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "drain_sessions_per_second = 20")) {
      List<SocketClient> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        clients.add(SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted());
      }
      var stream =
          fixture.http.sendAsync(
              HttpRequest.newBuilder(URI.create(fixture.httpUri("/v3")))
                  .version(HttpClient.Version.HTTP_1_1)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      await().until(() -> fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum() == 11);
      fixture.service.drain(Duration.ofSeconds(10));
      for (SocketClient client : clients) {
        assertThat(client.frame().get("d").toString())
            .isEqualTo("{\"reason\":\"Server is restarting\"}");
        assertThat(client.frame().at("/d/code").intValue()).isEqualTo(4006);
        assertThat(client.closed()).isEqualTo("1001 Server is restarting");
      }
      assertThat(stream.join().body())
          .contains("event: reconnect\ndata: {\"reason\":\"Server is restarting\"}\nid: 2\n\n")
          .endsWith("id: 3\n\nevent: close\n\n");
    }
  }

  @Test
  void maintenanceIsAnnouncedWithoutAnInvitationToComeBackAtOnce() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "drain_as_maintenance = true")) {
      SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted();
      fixture.service.drain(Duration.ofSeconds(10));
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("end-of-stream-maintenance"));
      assertThat(client.closed()).isEqualTo("1001 Maintenance Mode");
    }
  }

  @Test
  void socketsInTablesAreCounted() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "");
        SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(""))) {
      client.greeted();
      boolean hasTables =
          fixture.runtime.loops().sockets().of(fixture.runtime.loops().loops().getFirst()) != null;
      String text = figures(fixture);
      assertThat(text)
          .contains("websocket_table_sockets " + (hasTables ? "1.0" : "0.0"))
          .contains("websocket_table_queued_bytes 0.0")
          .containsPattern(
              "websocket_moves_total\\{outcome=\""
                  + (hasTables ? "moved" : "no_table")
                  + "\"} [1-9]");
    }
  }

  @Test
  void withoutNatsTheServiceRunsButIsNotReady() throws Exception {
    var config =
        EventServer.DEFINITION.config(
            """
            event_loops = 1
            nats.servers = ["nats://127.0.0.1:1"]
            event_api.bind = "127.0.0.1:0"
            """);
    try (ServiceRuntime runtime = ServiceRuntime.start(EventServer.DEFINITION, config)) {
      assertThat(runtime.health().report().join().text()).isEqualTo("nats not connected");
    }
  }
}
