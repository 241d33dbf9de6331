package app.seventv.model.bus;

import app.seventv.model.DocumentException;
import app.seventv.model.DocumentReader;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The MessagePack form of bus messages (event-api.md §15). Writing is exact: fields in order.
 * Reading is tolerant: unknown fields and kinds are skipped, and an event that cannot be read loses
 * only itself.
 */
public final class BusEncoding {

  /** The largest message that is read, in bytes; the broker's own default limit is 1 MiB. */
  public static final int MAX_MESSAGE_BYTES = 8 << 20;

  /** The deepest nesting of maps and lists that is read; presence events reach 13. */
  public static final int MAX_DEPTH = 32;

  private BusEncoding() {}

  /**
   * A message as far as it could be read.
   *
   * @param batch the events that could be read
   * @param unknown number of events of a kind this version does not know
   * @param rejected why other events could not be read
   */
  public record Decoded(BusBatch batch, int unknown, List<DocumentException> rejected) {

    /** Copies the list. */
    public Decoded {
      rejected = List.copyOf(rejected);
    }
  }

  /** Writes a message. */
  public static byte[] encode(BusBatch batch) {
    return MessagePackBson.encode(batch.toBson());
  }

  /**
   * Reads a message.
   *
   * @throws DocumentException if it is no batch at all, or exceeds a limit
   */
  public static Decoded decode(byte[] message) {
    if (message.length > MAX_MESSAGE_BYTES) {
      throw new DocumentException("bus message: larger than " + MAX_MESSAGE_BYTES + " bytes");
    }
    DocumentReader in =
        DocumentReader.bus("bus message", MessagePackBson.decode(message, MAX_DEPTH));
    BsonValue list = in.valueOrNull("events");
    if (!(list instanceof BsonArray events)) {
      throw in.error("events", "expected an array");
    }
    List<BusEvent> read = new ArrayList<>(events.size());
    List<DocumentException> rejected = new ArrayList<>();
    int unknown = 0;
    for (BsonValue event : events) {
      try {
        BusEvent known = readEvent(event);
        if (known == null) {
          unknown++;
        } else {
          read.add(known);
        }
      } catch (DocumentException e) {
        rejected.add(e);
      }
    }
    return new Decoded(new BusBatch(read, in.timestamp("timestamp")), unknown, rejected);
  }

  private static @Nullable BusEvent readEvent(BsonValue event) {
    if (event instanceof BsonDocument document) {
      return BusEvent.read(DocumentReader.bus("bus event", document));
    }
    throw new DocumentException("bus event: expected a map");
  }
}
