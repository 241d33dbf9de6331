package app.seventv.model;

import org.bson.BsonDocument;

/** Composite id of a subscription; the order of its fields is part of the value. */
public record SubscriptionId(Id userId, Id productId)
    implements Document, Comparable<SubscriptionId> {

  /** Reads the stored form. */
  public static SubscriptionId read(DocumentReader in) {
    SubscriptionId id = new SubscriptionId(in.id("user_id"), in.id("product_id"));
    in.rejectUnknown();
    return id;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter().id("user_id", userId).id("product_id", productId).build();
  }

  @Override
  public int compareTo(SubscriptionId other) {
    int byUser = userId.compareTo(other.userId);
    return byUser != 0 ? byUser : productId.compareTo(other.productId);
  }

  /** The text form {@code <user>:<product>}. */
  @Override
  public String toString() {
    return userId + ":" + productId;
  }
}
