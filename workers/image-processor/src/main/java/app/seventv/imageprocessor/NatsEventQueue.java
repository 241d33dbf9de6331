package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.EventCallback;
import com.google.protobuf.util.JsonFormat;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Publishes to NATS with JetStream's confirmation: the stream of image-processor.md §9.2 captures
 * the subjects, so the message on the wire is the one today's service sends.
 */
final class NatsEventQueue implements EventQueue {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(5);

  /** How events are written. */
  enum Encoding {
    /** Proto3 JSON. */
    JSON,
    /** Binary; what the platform uses. */
    PROTOBUF
  }

  /** Settings of one connection. */
  record Settings(
      String name,
      List<String> servers,
      Optional<String> username,
      Optional<String> password,
      Encoding encoding) {}

  private final Settings settings;
  private final Connection connection;
  private final JetStream jetStream;

  NatsEventQueue(Settings settings) throws IOException, InterruptedException {
    this.settings = settings;
    Options.Builder options =
        new Options.Builder()
            .servers(settings.servers.toArray(String[]::new))
            .connectionName("image-processor")
            .connectionTimeout(CONNECT_TIMEOUT)
            .maxReconnects(-1);
    if (settings.username.isPresent()) {
      options.userInfo(settings.username.get(), settings.password.orElse(""));
    }
    this.connection = Nats.connect(options.build());
    this.jetStream = connection.jetStream();
  }

  @Override
  public String name() {
    return settings.name;
  }

  @Override
  public void publish(String topic, EventCallback event, String messageId) throws IOException {
    boolean json = settings.encoding == Encoding.JSON;
    Headers headers = new Headers();
    headers.add(
        "Content-Type",
        json
            ? "application/json"
            : "application/protobuf; proto=scuffle.image_processor.EventCallback");
    byte[] body =
        json
            ? JsonFormat.printer().print(event).getBytes(StandardCharsets.UTF_8)
            : event.toByteArray();
    PublishOptions options =
        PublishOptions.builder().messageId(messageId).streamTimeout(CONFIRM_TIMEOUT).build();
    try {
      jetStream.publish(topic, headers, body, options);
    } catch (JetStreamApiException e) {
      throw new IOException("event not stored: " + e.getMessage(), e);
    }
  }

  @Override
  public void check() throws IOException {
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      throw new IOException("NATS connection is " + connection.getStatus());
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
