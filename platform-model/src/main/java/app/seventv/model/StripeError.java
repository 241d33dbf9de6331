package app.seventv.model;

import java.util.List;
import org.bson.BsonDocument;

/** A payment event that an operator has to look at (data-model.md §7.18). */
public record StripeError(Id id, String eventId, Kind kind) implements Document {

  /** What was wrong. */
  public enum Kind implements Codes.Coded {
    /** A subscription with several products. */
    SEVERAL_PRODUCTS(0),
    /** A subscription whose item changed. */
    ITEM_CHANGED(1),
    /** An invoice with no or several items. */
    INVOICE_ITEMS(2),
    /** An invoice for an unknown subscription product. */
    NO_PRODUCT(3),
    /** A gift invoice without an item. */
    NO_GIFT_ITEM(4);

    private static final List<Kind> ALL = List.of(values());

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** Reads the stored form. */
  public static StripeError read(DocumentReader in) {
    StripeError found =
        new StripeError(
            in.id("_id"), in.string("event_id"), Codes.read(in, "error_kind", Kind.ALL));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static StripeError fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.STRIPE_ERRORS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("event_id", eventId)
        .int32("error_kind", kind.code())
        .build();
  }
}
