package app.seventv.devstack.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevNatsTest {
  @TempDir Path directory;

  @Test
  void jetStreamMessagesSurviveKillAndRestart() throws Exception {
    try (DevNats server = DevNats.start(directory, 0, 0)) {
      Connection client = connect(server);
      try {
        killAndReadBack(server, client);
      } finally {
        client.close();
      }
    }
  }

  private static void killAndReadBack(DevNats server, Connection client) throws Exception {
    client
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name("Kept")
                .subjects("kept.>")
                .storageType(StorageType.File)
                .build());
    client.jetStream().publish("kept.one", "before".getBytes(UTF_8));
    long firstPid = server.pid().orElseThrow();

    ProcessHandle.of(firstPid).orElseThrow().destroyForcibly();

    await().atMost(Duration.ofSeconds(15)).until(() -> server.restarts() == 1 && server.ready());
    assertThat(server.pid().orElseThrow()).isNotEqualTo(firstPid);
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> client.getStatus() == Connection.Status.CONNECTED);
    assertThat(new String(client.jetStreamManagement().getMessage("Kept", 1).getData(), UTF_8))
        .isEqualTo("before");
  }

  @Test
  void theMonitorAnswersAndCloseEndsTheProcess() throws Exception {
    long pid;
    try (DevNats server = DevNats.start(directory, 0, 0);
        HttpClient http = HttpClient.newHttpClient()) {
      pid = server.pid().orElseThrow();
      URI monitor = URI.create("http://127.0.0.1:" + server.monitorPort() + "/jsz");
      assertThat(
              http.send(
                      HttpRequest.newBuilder(monitor).build(), HttpResponse.BodyHandlers.ofString())
                  .body())
          .contains(directory.toString());
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void aTakenPortIsAnErrorThatNamesIt(@TempDir Path other) throws Exception {
    try (DevNats first = DevNats.start(directory, 0, 0)) {
      assertThatThrownBy(() -> DevNats.start(other, first.port(), first.monitorPort()).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + first.port());
    }
  }

  private static Connection connect(DevNats server) throws IOException, InterruptedException {
    return Nats.connect(
        new Options.Builder()
            .server(server.uri())
            .maxReconnects(-1)
            .reconnectWait(Duration.ofMillis(50))
            .build());
  }
}
