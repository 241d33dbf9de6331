package app.seventv.api.data;

import io.nats.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The bus over NATS. A ping that comes back confirms all that was sent before it. */
public final class NatsBus implements EventBus {
  private static final Duration CONFIRM_LIMIT = Duration.ofSeconds(5);

  private final Connection nats;

  public NatsBus(Connection nats) {
    this.nats = nats;
  }

  @Override
  public long publish(String subject, byte[] message) {
    long connection = nats.getStatistics().getReconnects();
    nats.publish(subject, message);
    return connection;
  }

  @Override
  public long confirm() throws IOException {
    long before = nats.getStatistics().getReconnects();
    try {
      nats.flush(CONFIRM_LIMIT);
    } catch (TimeoutException e) {
      throw new IOException("the bus does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (nats.getStatistics().getReconnects() != before) {
      throw new IOException("the connection was lost meanwhile");
    }
    return before;
  }
}
