package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A mirror of the payment provider's invoice (data-model.md §7.12).
 *
 * @param id the provider's id
 * @param items price ids
 */
public record Invoice(
    String id,
    List<String> items,
    String customerId,
    Id userId,
    @Nullable String paypalPaymentId,
    Status status,
    boolean failed,
    boolean refunded,
    @Nullable Dispute disputed,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the collections. */
  public Invoice {
    items = List.copyOf(items);
  }

  /** State at the provider. */
  public enum Status implements Codes.Coded {
    /** Not final. */
    DRAFT(0),
    /** To be paid. */
    OPEN(1),
    /** Paid. */
    PAID(2),
    /** Given up. */
    UNCOLLECTIBLE(3),
    /** Cancelled. */
    VOID(4);

    private static final List<Status> ALL = List.of(values());

    private final int code;

    Status(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** Where a dispute of the payment stands. */
  public enum Dispute implements Codes.Coded {
    /** Lost. */
    LOST(0),
    /** To be answered. */
    NEEDS_RESPONSE(1),
    /** Being judged. */
    UNDER_REVIEW(2),
    /** An inquiry that ended. */
    WARNING_CLOSED(3),
    /** An inquiry to be answered. */
    WARNING_NEEDS_RESPONSE(4),
    /** An inquiry being judged. */
    WARNING_UNDER_REVIEW(5),
    /** Won. */
    WON(6),
    /** Ended, outcome unknown. */
    RESOLVED(7);

    private static final List<Dispute> ALL = List.of(values());

    private final int code;

    Dispute(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** Reads the stored form. */
  public static Invoice read(DocumentReader in) {
    Invoice found =
        new Invoice(
            in.string("_id"),
            in.strings("items"),
            in.string("customer_id"),
            in.id("user_id"),
            in.stringOrNull("paypal_payment_id"),
            Codes.read(in, "status", Status.ALL),
            in.bool("failed"),
            in.bool("refunded"),
            in.int32OrNull("disputed") == null ? null : Codes.read(in, "disputed", Dispute.ALL),
            in.date("created_at"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static Invoice fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.INVOICES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .string("_id", id)
        .strings("items", items)
        .string("customer_id", customerId)
        .id("user_id", userId)
        .string("paypal_payment_id", paypalPaymentId)
        .int32("status", status.code())
        .bool("failed", failed)
        .bool("refunded", refunded)
        .int32("disputed", disputed == null ? null : disputed.code())
        .date("created_at", createdAt)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
