package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Publishes changes of one emote set, as the API does. */
@SuppressWarnings("try") // an interrupt while it closes ends the run as any other does
final class FanoutBus implements AutoCloseable {
  /** Length of a name that makes frames of about 404 bytes. */
  private static final int NAME_CHARS = 100;

  private static final Duration FLUSH_LIMIT = Duration.ofSeconds(5);
  private static final Id SET = Id.parse("01J00000000000000000000001");

  private final Connection nats;

  private FanoutBus(Connection nats) {
    this.nats = nats;
  }

  static FanoutBus connect(DevNats nats) throws IOException, InterruptedException {
    return new FanoutBus(Nats.connect(nats.uri()));
  }

  /** What a client sends to be told of the changes. */
  static String subscription() {
    return "{\"op\":35,\"d\":{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\"%s\"}}}"
        .formatted(SET);
  }

  /** Publishes one change; returns when the bus has it. */
  void publish() throws IOException, InterruptedException {
    Instant now = Instant.now();
    EmoteSet set =
        new EmoteSet(
            SET,
            "name",
            null,
            List.of(),
            List.of(),
            1000,
            null,
            null,
            EmoteSet.Kind.NORMAL,
            false,
            now,
            null);
    EmoteSetChange change =
        new EmoteSetChange.ChangeName("o".repeat(NAME_CHARS), "n".repeat(NAME_CHARS));
    BusEvent event = new BusEvent(null, null, new EntityEvent.OfEmoteSet(set, change), now);
    nats.publish(BusBatch.SUBJECT, BusEncoding.encode(new BusBatch(List.of(event), now)));
    try {
      nats.flush(FLUSH_LIMIT);
    } catch (TimeoutException e) {
      throw new IOException("NATS does not answer", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    nats.close();
  }
}
