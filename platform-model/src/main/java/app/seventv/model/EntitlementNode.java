package app.seventv.model;

import java.util.Comparator;
import java.util.Locale;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A node of the entitlement graph (data-model.md §8.1).
 *
 * @param kind what the node stands for
 * @param id its id; null for a subscription and for the global group
 * @param subscriptionId the composite id of a subscription, else null
 */
public record EntitlementNode(Kind kind, @Nullable Id id, @Nullable SubscriptionId subscriptionId)
    implements Document, Comparable<EntitlementNode> {

  /** The group that everybody, even anonymous visitors, belongs to. */
  public static final EntitlementNode GLOBAL_GROUP =
      new EntitlementNode(Kind.GLOBAL_DEFAULT_ENTITLEMENT_GROUP, null, null);

  private static final Comparator<EntitlementNode> ORDER =
      Comparator.comparing(EntitlementNode::kind)
          .thenComparing(EntitlementNode::id, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(
              EntitlementNode::subscriptionId, Comparator.nullsFirst(Comparator.naturalOrder()));

  /** Kinds of nodes, in the sort order of cached entitlements (data-model.md §7.21). */
  public enum Kind {
    /** A user; edges only leave it. */
    USER(true, false),
    /** A role. */
    ROLE(true, true),
    /** A badge; edges only reach it. */
    BADGE(false, true),
    /** A paint; edges only reach it. */
    PAINT(false, true),
    /** An emote set; edges only reach it. */
    EMOTE_SET(false, true),
    /** A product. */
    PRODUCT(true, true),
    /** A benefit of a subscription product. */
    SUBSCRIPTION_BENEFIT(true, true),
    /** A user's subscription. */
    SUBSCRIPTION(true, true),
    /** A special event. */
    SPECIAL_EVENT(true, true),
    /** The group of everybody; edges only leave it. */
    GLOBAL_DEFAULT_ENTITLEMENT_GROUP(true, false);

    private final boolean outgoing;
    private final boolean incoming;
    private final String tag = name().toLowerCase(Locale.ROOT);
    private final String idField = tag + "_id";

    Kind(boolean outgoing, boolean incoming) {
      this.outgoing = outgoing;
      this.incoming = incoming;
    }

    /** The stored tag. */
    public String tag() {
      return tag;
    }

    /** True if edges may start at such a node. */
    public boolean hasOutgoing() {
      return outgoing;
    }

    /** True if edges may end at such a node. */
    public boolean hasIncoming() {
      return incoming;
    }

    static @Nullable Kind ofTag(String tag) {
      for (Kind kind : values()) {
        if (kind.tag.equals(tag)) {
          return kind;
        }
      }
      return null;
    }
  }

  /** Checks that exactly the id that belongs to the kind is given. */
  public EntitlementNode {
    boolean valid =
        switch (kind) {
          case SUBSCRIPTION -> id == null && subscriptionId != null;
          case GLOBAL_DEFAULT_ENTITLEMENT_GROUP -> id == null && subscriptionId == null;
          default -> id != null && subscriptionId == null;
        };
    if (!valid) {
      throw new IllegalArgumentException("wrong id for a node of kind " + kind.tag());
    }
  }

  /** A node with a plain id. */
  public static EntitlementNode of(Kind kind, Id id) {
    return new EntitlementNode(kind, id, null);
  }

  /** The node of a user. */
  public static EntitlementNode user(Id id) {
    return of(Kind.USER, id);
  }

  /** The node of a role. */
  public static EntitlementNode role(Id id) {
    return of(Kind.ROLE, id);
  }

  /** The node of a subscription. */
  public static EntitlementNode subscription(SubscriptionId id) {
    return new EntitlementNode(Kind.SUBSCRIPTION, null, id);
  }

  /** Reads the stored form. */
  public static EntitlementNode read(DocumentReader in) {
    String tag = in.string("kind");
    Kind kind = Kind.ofTag(tag);
    if (kind == null) {
      throw in.error("kind", "unknown kind of node \"" + tag + "\"");
    }
    EntitlementNode node =
        switch (kind) {
          case SUBSCRIPTION -> subscription(in.document(kind.idField, SubscriptionId::read));
          case GLOBAL_DEFAULT_ENTITLEMENT_GROUP -> GLOBAL_GROUP;
          default -> of(kind, in.id(kind.idField));
        };
    in.rejectUnknown();
    return node;
  }

  /** The stored form; {@code kind} first, because filters compare whole nodes. */
  @Override
  public BsonDocument toBson() {
    DocumentWriter out = new DocumentWriter().string("kind", kind.tag);
    if (subscriptionId != null) {
      out.document(kind.idField, subscriptionId);
    } else if (id != null) {
      out.id(kind.idField, id);
    }
    return out.build();
  }

  @Override
  public int compareTo(EntitlementNode other) {
    return ORDER.compare(this, other);
  }

  /** The text form used in search documents, e.g. {@code role:<ULID>}. */
  @Override
  public String toString() {
    Object suffix = subscriptionId != null ? subscriptionId : id;
    return suffix == null ? kind.tag : kind.tag + ":" + suffix;
  }
}
