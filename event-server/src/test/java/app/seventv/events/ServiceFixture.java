package app.seventv.events;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.nats.DevNats;
import app.seventv.model.bus.BusBatch;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The service on two loops with a real NATS server, plain and TLS. */
final class ServiceFixture implements AutoCloseable {
  final DevNats nats;
  final Connection publisher;
  final ServiceRuntime runtime;
  final EventService service;
  final HttpClient http;

  /**
   * Starts all.
   *
   * @param settings lines of the table {@code event_api}
   */
  ServiceFixture(Path directory, String settings) throws Exception {
    TestTls tls = TestTls.in(directory);
    nats = DevNats.start(directory.resolve("nats"), 0, 0);
    publisher = Nats.connect(nats.uri());
    runtime =
        ServiceRuntime.start(
            EventServer.DEFINITION,
            EventServer.DEFINITION.config(
                """
                event_loops = 2
                [pod]
                name = "event-api-test"
                [nats]
                servers = ["%s"]
                [event_api]
                bind = "127.0.0.1:0"
                secure_bind = "127.0.0.1:0"
                tls.cert = "%s"
                tls.key = "%s"
                %s
                """
                    .formatted(nats.uri(), tls.cert(), tls.key(), settings)));
    service = (EventService) runtime.service();
    http =
        HttpClient.newBuilder()
            .sslContext(tls.client())
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> service.isSubscribed());
  }

  int port() {
    return service.addresses().getFirst().getPort();
  }

  String webSocketUri(String rest) {
    return "ws://127.0.0.1:" + port() + "/v3" + rest;
  }

  String httpUri(String rest) {
    return "http://127.0.0.1:" + port() + rest;
  }

  String secureUri(String scheme, String rest) {
    return scheme + "://localhost:" + service.addresses().getLast().getPort() + "/v3" + rest;
  }

  void publish(byte[] message) throws Exception {
    publisher.publish(BusBatch.SUBJECT, message);
    publisher.flush(Duration.ofSeconds(5));
  }

  @Override
  public void close() {
    http.close();
    try {
      publisher.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    runtime.close();
    nats.close();
  }
}
