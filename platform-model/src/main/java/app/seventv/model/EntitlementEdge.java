package app.seventv.model;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * An edge of the entitlement graph; the whole document is its id (data-model.md §7.6).
 *
 * @param managedBy the process that owns the edge; null = an administrator or a one-off purchase
 */
public record EntitlementEdge(EntitlementNode from, EntitlementNode to, @Nullable Manager managedBy)
    implements Document {

  /** The owner of an edge (data-model.md §8.2). */
  public sealed interface Manager extends Document {

    private static Manager read(DocumentReader in) {
      String kind = in.string("kind");
      Manager manager =
          switch (kind) {
            case "invoice_line_item" ->
                new InvoiceLineItem(in.string("invoice_id"), in.string("line_item_id"));
            case "subscription" ->
                new Subscription(in.document("subscription_id", SubscriptionId::read));
            case "redeem_code" -> new RedeemCode(in.id("redeem_code_id"));
            case "special_event" -> new SpecialEvent(in.id("special_event_id"));
            case "all_cosmetics" -> new AllCosmetics();
            default -> throw in.error("kind", "unknown kind of manager \"" + kind + "\"");
          };
      in.rejectUnknown();
      return manager;
    }
  }

  /** A line of an invoice; reserved. */
  public record InvoiceLineItem(String invoiceId, String lineItemId) implements Manager {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("kind", "invoice_line_item")
          .string("invoice_id", invoiceId)
          .string("line_item_id", lineItemId)
          .build();
    }

    /** The text form used in search documents. */
    @Override
    public String toString() {
      return "invoice:" + invoiceId + ":" + lineItemId;
    }
  }

  /** The subscription refresh. */
  public record Subscription(SubscriptionId subscriptionId) implements Manager {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("kind", "subscription")
          .document("subscription_id", subscriptionId)
          .build();
    }

    /** The text form used in search documents. */
    @Override
    public String toString() {
      return "subscription:" + subscriptionId;
    }
  }

  /** Redemption of a code. */
  public record RedeemCode(Id redeemCodeId) implements Manager {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("kind", "redeem_code")
          .id("redeem_code_id", redeemCodeId)
          .build();
    }

    /** The text form used in search documents. */
    @Override
    public String toString() {
      return "redeem_code:" + redeemCodeId;
    }
  }

  /** A grant of a special event. */
  public record SpecialEvent(Id specialEventId) implements Manager {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("kind", "special_event")
          .id("special_event_id", specialEventId)
          .build();
    }

    /** The text form used in search documents. */
    @Override
    public String toString() {
      return "special_event:" + specialEventId;
    }
  }

  /** Ownership of all cosmetics; made at read time, never stored. */
  public record AllCosmetics() implements Manager {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("kind", "all_cosmetics").build();
    }

    /** The text form used in search documents. */
    @Override
    public String toString() {
      return "all_cosmetics";
    }
  }

  /** Reads a document of the collection. */
  public static EntitlementEdge fromBson(BsonDocument document) {
    DocumentReader in = DocumentReader.stored(CollectionNames.ENTITLEMENT_EDGES, document);
    EntitlementEdge edge = in.document("_id", EntitlementEdge::readId);
    in.rejectUnknown();
    return edge;
  }

  private static EntitlementEdge readId(DocumentReader in) {
    EntitlementEdge edge =
        new EntitlementEdge(
            in.document("from", EntitlementNode::read),
            in.document("to", EntitlementNode::read),
            in.documentOrNull("managed_by", Manager::read));
    in.rejectUnknown();
    return edge;
  }

  /** The composite id; {@code managed_by} is written even when null, else it is another value. */
  public BsonDocument idToBson() {
    return new DocumentWriter()
        .document("from", from)
        .document("to", to)
        .document("managed_by", managedBy)
        .build();
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter().value("_id", idToBson()).build();
  }
}
