package app.seventv.api.cache;

import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.SubscriptionId;

/**
 * Names of the things in the database that an answer was made of, as 64-bit hashes: a change names
 * what it touched in the same way. Two things of one name would cost a needless reload, no more.
 */
public final class Dependency {
  /** Golden ratio, and the two multipliers of SplitMix64 (Steele et al., OOPSLA 2014). */
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private static final long FIRST = 0xBF58476D1CE4E5B9L;
  private static final long SECOND = 0x94D049BB133111EBL;

  /** The row of site-wide settings. */
  public static final long GLOBAL_CONFIG = of(Kind.GLOBAL_CONFIG, Id.NIL);

  /** Which badges, paints and special sets there are. */
  public static final long ALL_COSMETICS = of(Kind.ALL_COSMETICS, Id.NIL);

  private Dependency() {}

  private enum Kind {
    USER,
    EMOTE,
    EMOTE_SET,
    PICTURE,
    BAN,
    SETS_OF,
    EDITORS_OF,
    EDITED_BY,
    EDGES_FROM,
    GLOBAL_CONFIG,
    ALL_COSMETICS;

    private final long seed = mix(name().hashCode() * GAMMA);
  }

  /** A user's document. */
  public static long user(Id id) {
    return of(Kind.USER, id);
  }

  /** An emote's document. */
  public static long emote(Id id) {
    return of(Kind.EMOTE, id);
  }

  /** An emote set's document. */
  public static long emoteSet(Id id) {
    return of(Kind.EMOTE_SET, id);
  }

  /** A profile picture's document. */
  public static long picture(Id id) {
    return of(Kind.PICTURE, id);
  }

  /** A ban's document. */
  public static long ban(Id id) {
    return of(Kind.BAN, id);
  }

  /** The list of sets that somebody owns. */
  public static long setsOf(Id owner) {
    return of(Kind.SETS_OF, owner);
  }

  /** The list of somebody's editors. */
  public static long editorsOf(Id owner) {
    return of(Kind.EDITORS_OF, owner);
  }

  /** The list of those for whom somebody edits. */
  public static long editedBy(Id editor) {
    return of(Kind.EDITED_BY, editor);
  }

  /** The edges that leave a node of the entitlement graph. */
  public static long edgesFrom(EntitlementNode node) {
    SubscriptionId subscription = node.subscriptionId();
    Id id = node.id();
    long kind = mix(Kind.EDGES_FROM.seed + node.kind().tag().hashCode());
    if (subscription != null) {
      return named(named(kind, subscription.userId()), subscription.productId());
    }
    return named(kind, id == null ? Id.NIL : id);
  }

  private static long of(Kind kind, Id id) {
    return named(kind.seed, id);
  }

  /** Never 0, which marks free places in tables. */
  private static long named(long seed, Id id) {
    long hash = mix(mix(seed + id.high()) + id.low());
    return hash == 0 ? GAMMA : hash;
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * FIRST;
    mixed = (mixed ^ (mixed >>> 27)) * SECOND;
    return mixed ^ (mixed >>> 31);
  }
}
