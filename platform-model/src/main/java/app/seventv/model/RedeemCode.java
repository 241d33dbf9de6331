package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A code that grants something (data-model.md §7.11). */
public record RedeemCode(
    Id id,
    String name,
    @Nullable String description,
    List<String> tags,
    String code,
    int remainingUses,
    @Nullable TimePeriod activePeriod,
    @Nullable SubscriptionEffect subscriptionEffect,
    Id createdBy,
    Effect effect,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the collections. */
  public RedeemCode {
    tags = List.copyOf(tags);
  }

  /**
   * A subscription that comes with the code.
   *
   * @param id the subscription product
   * @param trialDays free days, if any
   * @param noRedirectToStripe grants at once, without a checkout
   */
  public record SubscriptionEffect(Id id, @Nullable Integer trialDays, boolean noRedirectToStripe)
      implements Document {

    static SubscriptionEffect read(DocumentReader in) {
      SubscriptionEffect effect =
          new SubscriptionEffect(
              in.id("id"), in.int32OrNull("trial_days"), in.bool("no_redirect_to_stripe", false));
      in.rejectUnknown();
      return effect;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .id("id", id)
          .int32("trial_days", trialDays)
          .bool("no_redirect_to_stripe", noRedirectToStripe)
          .build();
    }
  }

  /** What the code grants. */
  public sealed interface Effect extends Document {

    private static Effect read(DocumentReader in) {
      String type = in.string("type");
      Effect effect =
          switch (type) {
            case "DirectEntitlement" ->
                new DirectEntitlement(in.documents("entitlements", EntitlementNode::read));
            case "SpecialEvent" -> new GrantSpecialEvent(in.id("special_event_id"));
            default -> throw in.error("type", "unknown effect \"" + type + "\"");
          };
      in.rejectUnknown();
      return effect;
    }

    /** The nodes that the holder gets edges to. */
    List<EntitlementNode> nodes();
  }

  /** Grants nodes of the entitlement graph. */
  public record DirectEntitlement(List<EntitlementNode> nodes) implements Effect {

    /** Copies the list. */
    public DirectEntitlement {
      nodes = List.copyOf(nodes);
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("type", "DirectEntitlement")
          .documents("entitlements", nodes)
          .build();
    }
  }

  /** Grants a special event. */
  public record GrantSpecialEvent(Id specialEventId) implements Effect {

    @Override
    public List<EntitlementNode> nodes() {
      return List.of(EntitlementNode.of(EntitlementNode.Kind.SPECIAL_EVENT, specialEventId));
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("type", "SpecialEvent")
          .id("special_event_id", specialEventId)
          .build();
    }
  }

  /** Reads the stored form. */
  public static RedeemCode read(DocumentReader in) {
    RedeemCode found =
        new RedeemCode(
            in.id("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.string("code"),
            in.int32("remaining_uses"),
            in.documentOrNull("active_period", TimePeriod::read),
            in.documentOrNull("subscription_effect", SubscriptionEffect::read),
            in.id("created_by"),
            in.document("effect", Effect::read),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static RedeemCode fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.REDEEM_CODES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .string("code", code)
        .int32("remaining_uses", remainingUses)
        .document("active_period", activePeriod)
        .document("subscription_effect", subscriptionEffect)
        .id("created_by", createdBy)
        .document("effect", effect)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
