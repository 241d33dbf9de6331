package app.seventv.model;

import app.seventv.model.Permission.Category;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a role, a ban or a user may do (data-model.md §9). Immutable.
 *
 * @param masks allowed and denied bits per category; categories without bits are left out
 * @param limits numbers that are set
 * @param rateLimits resource key → limit; null = explicitly unlimited
 * @param others fields this version does not know, kept and merged
 */
public record Permissions(
    Map<Category, Masks> masks,
    Map<Limit, Integer> limits,
    Map<String, @Nullable RateLimits> rateLimits,
    Map<String, BsonValue> others)
    implements Document {

  /** Nothing allowed, nothing denied, nothing set. */
  public static final Permissions NONE = new Permissions(Map.of(), Map.of(), Map.of(), Map.of());

  private static final String RATE_LIMITS = "ratelimits";
  private static final int ADMIN_BIT = 1;
  private static final int SUPER_ADMIN_BIT = 2;

  /** The categories that a handed-out role is compared in (data-model.md §9.3). */
  private static final List<Category> SUPERSET_CATEGORIES =
      List.of(
          Category.BADGE,
          Category.PAINT,
          Category.EMOTE_SET,
          Category.EMOTE,
          Category.ROLE,
          Category.USER,
          Category.TICKET,
          Category.ADMIN,
          Category.EMOTE_MODERATION_REQUEST);

  /** The bits of one category. */
  public record Masks(int allow, int deny) implements Document {

    /** No bits. */
    public static final Masks NONE = new Masks(0, 0);

    /** The bits allowed and not denied. */
    public int effective() {
      return allow & ~deny;
    }

    Masks merge(Masks over) {
      int mergedAllow = (allow | over.allow) & ~over.deny;
      int mergedDeny = (deny & ~over.allow) | over.deny;
      return new Masks(mergedAllow, mergedDeny);
    }

    private static Masks read(DocumentReader in) {
      Masks masks = new Masks(in.int32("allow", 0), in.int32("deny", 0));
      in.rejectUnknown();
      return masks;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .int32UnlessZero("allow", allow)
          .int32UnlessZero("deny", deny)
          .build();
    }
  }

  /** Numbers that permissions carry, in stored order. */
  public enum Limit {
    /** Order in the moderation queue, unset = 0. */
    EMOTE_MODERATION_REQUEST_PRIORITY,
    /** Open moderation requests at a time, unset = 0. */
    EMOTE_MODERATION_REQUEST_LIMIT,
    /** Emote sets of a user. */
    EMOTE_SET_LIMIT,
    /** Emotes in a set. */
    EMOTE_SET_CAPACITY,
    /** Emotes in the personal set. */
    PERSONAL_EMOTE_SET_CAPACITY;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The stored field name. */
    public String key() {
      return key;
    }
  }

  /** Copies the maps and drops empty masks. */
  public Permissions {
    EnumMap<Category, Masks> ownMasks = new EnumMap<>(Category.class);
    masks.forEach((category, value) -> {
      if (!value.equals(Masks.NONE)) {
        ownMasks.put(category, value);
      }
    });
    masks = Collections.unmodifiableMap(ownMasks);
    EnumMap<Limit, Integer> ownLimits = new EnumMap<>(Limit.class);
    ownLimits.putAll(limits);
    limits = Collections.unmodifiableMap(ownLimits);
    rateLimits = Collections.unmodifiableMap(new LinkedHashMap<>(rateLimits));
    others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
  }

  /** The bits of a category. */
  public Masks masks(Category category) {
    return masks.getOrDefault(category, Masks.NONE);
  }

  /** These permissions with the bits of all categories replaced. */
  public Permissions withMasks(Map<Category, Masks> replaced) {
    return new Permissions(replaced, limits, rateLimits, others);
  }

  /** These permissions with more bits allowed in one category. */
  public Permissions withAllowed(Category category, int bits) {
    return merge(
        new Permissions(Map.of(category, new Masks(bits, 0)), Map.of(), Map.of(), Map.of()));
  }

  /** These permissions with more bits denied in one category. */
  public Permissions withDenied(Category category, int bits) {
    return merge(
        new Permissions(Map.of(category, new Masks(0, bits)), Map.of(), Map.of(), Map.of()));
  }

  /** These permissions with a limit set. */
  public Permissions withLimit(Limit limit, int value) {
    return merge(new Permissions(Map.of(), Map.of(limit, value), Map.of(), Map.of()));
  }

  /** These permissions with a rate limit set. */
  public Permissions withRateLimit(RateLimitResource resource, RateLimits limits) {
    return merge(new Permissions(Map.of(), Map.of(), Map.of(resource.key(), limits), Map.of()));
  }

  /** These permissions with {@code over} merged over them: where both speak, {@code over} wins. */
  public Permissions merge(Permissions over) {
    EnumMap<Category, Masks> mergedMasks = new EnumMap<>(Category.class);
    for (Category category : Category.values()) {
      mergedMasks.put(category, masks(category).merge(over.masks(category)));
    }
    EnumMap<Limit, Integer> mergedLimits = new EnumMap<>(Limit.class);
    mergedLimits.putAll(limits);
    mergedLimits.putAll(over.limits);
    Map<String, @Nullable RateLimits> mergedRateLimits = new LinkedHashMap<>(rateLimits);
    mergedRateLimits.putAll(over.rateLimits);
    Map<String, BsonValue> mergedOthers = new LinkedHashMap<>(others);
    mergedOthers.putAll(over.others);
    return new Permissions(mergedMasks, mergedLimits, mergedRateLimits, mergedOthers);
  }

  /** True for administrators and super administrators, who hold every permission but flags. */
  public boolean isAdmin() {
    return (masks(Category.ADMIN).effective() & (ADMIN_BIT | SUPER_ADMIN_BIT)) != 0;
  }

  /** True for super administrators, who also stand above the hierarchy of roles. */
  public boolean isSuperAdmin() {
    return (masks(Category.ADMIN).effective() & SUPER_ADMIN_BIT) != 0;
  }

  /** True if the permission is held, directly or through an administrator bit. */
  public boolean has(Permission permission) {
    return has(permission.category(), permission.bit());
  }

  /** True if all the bits are held; no bits are always held (data-model.md §9.3). */
  public boolean has(Category category, int bits) {
    int effective = masks(category).effective();
    boolean direct = (effective & bits) == bits;
    return switch (category) {
      case FLAGS -> direct;
      case ADMIN -> bits == SUPER_ADMIN_BIT ? direct : direct || isAdmin();
      default -> direct || (effective & ADMIN_BIT) != 0 || isAdmin();
    };
  }

  /** True if the permission is explicitly denied. */
  public boolean denied(Permission permission) {
    return denied(permission.category(), permission.bit());
  }

  /** True if all the bits are explicitly denied and no administrator bit lifts the denial. */
  public boolean denied(Category category, int bits) {
    Masks own = masks(category);
    boolean plain = (own.deny & bits) == bits;
    return switch (category) {
      case FLAGS -> plain;
      case ADMIN -> plain && !isSuperAdmin();
      default -> plain && !isAdmin() && (own.effective() & ADMIN_BIT) == 0;
    };
  }

  /** True if the holder may hand out {@code other}: it allows nothing that is not held here. */
  public boolean isSupersetOf(Permissions other) {
    return isSuperAdmin()
        || SUPERSET_CATEGORIES.stream()
            .allMatch(category -> has(category, other.masks(category).allow()));
  }

  /** A limit, or null if unset. */
  public @Nullable Integer limit(Limit limit) {
    return limits.get(limit);
  }

  /** The rate limit that applies to a resource, or null for unlimited. */
  public @Nullable RateLimits rateLimit(RateLimitResource resource) {
    RateLimits found = rateLimits.get(resource.key());
    boolean limited = found != null && found.intervalSeconds() > 0;
    return limited && !has(Permission.BYPASS_RATE_LIMIT) ? found : null;
  }

  /** Whether these permissions say anything about a resource, also that it has no limit. */
  public boolean decidesRateLimit(RateLimitResource resource) {
    return rateLimits.containsKey(resource.key()) || has(Permission.BYPASS_RATE_LIMIT);
  }

  /** Reads the stored form; unknown fields are kept. */
  public static Permissions read(DocumentReader in) {
    EnumMap<Category, Masks> masks = new EnumMap<>(Category.class);
    Set<String> unknown = new TreeSet<>(in.source().keySet());
    for (Category category : Category.values()) {
      if (unknown.remove(category.key())) {
        masks.put(category, in.document(category.key(), Masks::read));
      }
    }
    EnumMap<Limit, Integer> limits = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      unknown.remove(limit.key());
      Integer value = in.int32OrNull(limit.key());
      if (value != null) {
        limits.put(limit, value);
      }
    }
    Map<String, @Nullable RateLimits> rateLimits = new LinkedHashMap<>();
    if (unknown.remove(RATE_LIMITS)) {
      DocumentReader map = in.nested(RATE_LIMITS);
      for (String resource : map.source().keySet()) {
        rateLimits.put(resource, map.documentOrNull(resource, RateLimits::read));
      }
    }
    Map<String, BsonValue> others = new LinkedHashMap<>();
    in.source()
        .forEach((field, value) -> {
          if (unknown.contains(field)) {
            others.put(field, value);
          }
        });
    return new Permissions(masks, limits, rateLimits, others);
  }

  @Override
  public BsonDocument toBson() {
    DocumentWriter out = new DocumentWriter();
    masks.forEach((category, value) -> out.document(category.key(), value));
    limits.forEach((limit, value) -> out.int32(limit.key(), value));
    if (!rateLimits.isEmpty()) {
      BsonDocument map = new BsonDocument();
      rateLimits.forEach((resource, value) ->
          map.append(resource, value == null ? BsonNull.VALUE : value.toBson()));
      out.value(RATE_LIMITS, map);
    }
    others.forEach(out::value);
    return out.build();
  }
}
