package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A subscription of a user to a product, derived from its periods (data-model.md §7.14). */
public record Subscription(
    SubscriptionId id,
    State state,
    Instant createdAt,
    @Nullable Instant endedAt,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Where it stands. */
  public enum State implements Codes.Coded {
    /** Renews. */
    ACTIVE(0),
    /** Runs out. */
    CANCEL_AT_END(1),
    /** Ran out. */
    ENDED(2);

    private static final List<State> ALL = List.of(values());

    private final int code;

    State(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** Reads the stored form. */
  public static Subscription read(DocumentReader in) {
    Subscription found =
        new Subscription(
            in.document("_id", SubscriptionId::read),
            Codes.read(in, "state", State.ALL),
            in.date("created_at"),
            in.dateOrNull("ended_at"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static Subscription fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.SUBSCRIPTIONS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .document("_id", id)
        .int32("state", state.code())
        .date("created_at", createdAt)
        .date("ended_at", endedAt)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
