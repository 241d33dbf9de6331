package app.seventv.api.v3graphql;

import app.seventv.model.Permission;
import app.seventv.model.Permission.Category;
import app.seventv.model.Permissions;
import app.seventv.model.Permissions.Masks;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Old permission bits of roles (api-v3.md §13.6). Bits without a meaning today are ignored. */
final class V3RoleBits {
  /**
   * One old bit.
   *
   * @param any whether one of the read permissions is enough for "allowed"
   * @param read permissions that the bit is read from
   * @param written permissions that the bit is written to
   */
  private record Bit(int index, boolean any, List<Permission> read, List<Permission> written) {
    static Bit same(int index, Permission... permissions) {
      return new Bit(index, false, List.of(permissions), List.of(permissions));
    }

    long mask() {
      return 1L << index;
    }
  }

  private static final List<Bit> BITS =
      List.of(
          Bit.same(0, Permission.EMOTE_UPLOAD),
          new Bit(
              1,
              false,
              List.of(Permission.EMOTE_EDIT),
              List.of(Permission.EMOTE_EDIT, Permission.EMOTE_DELETE)),
          Bit.same(2, Permission.EMOTE_SET_MANAGE),
          Bit.same(3, Permission.EMOTE_SET_MANAGE),
          Bit.same(13, Permission.TICKET_CREATE),
          Bit.same(24, Permission.USER_USE_CUSTOM_PROFILE_PICTURE),
          Bit.same(30, Permission.USER_MODERATE),
          Bit.same(31, Permission.ROLE_MANAGE),
          Bit.same(32, Permission.TICKET_MANAGE_ABUSE, Permission.TICKET_MANAGE_GENERIC),
          Bit.same(33, Permission.USER_MANAGE_ANY),
          new Bit(
              41,
              false,
              List.of(Permission.EMOTE_MANAGE_ANY),
              List.of(Permission.EMOTE_MANAGE_ANY, Permission.EMOTE_MODERATION_REQUEST_MANAGE)),
          Bit.same(42, Permission.EMOTE_SET_MANAGE_ANY),
          new Bit(
              56,
              true,
              List.of(Permission.BADGE_MANAGE, Permission.PAINT_MANAGE),
              List.of(Permission.BADGE_MANAGE, Permission.PAINT_MANAGE)),
          Bit.same(62, Permission.SUPER_ADMIN));

  private V3RoleBits() {}

  static long allowed(Permissions permissions) {
    long bits = 0;
    for (Bit bit : BITS) {
      Predicate<Permission> held = permissions::has;
      boolean set = bit.any ? bit.read.stream().anyMatch(held) : bit.read.stream().allMatch(held);
      bits |= set ? bit.mask() : 0;
    }
    return bits;
  }

  static long denied(Permissions permissions) {
    long bits = 0;
    for (Bit bit : BITS) {
      bits |= bit.read.stream().anyMatch(permissions::denied) ? bit.mask() : 0;
    }
    return bits;
  }

  /** These permissions with all that old bits stand for replaced; denials win. */
  static Permissions replace(Permissions own, long allowed, long denied) {
    Map<Category, Integer> known = new EnumMap<>(Category.class);
    Map<Category, Integer> allow = new EnumMap<>(Category.class);
    Map<Category, Integer> deny = new EnumMap<>(Category.class);
    for (Bit bit : BITS) {
      for (Permission permission : bit.written) {
        add(known, permission);
        if ((denied & bit.mask()) != 0) {
          add(deny, permission);
        } else if ((allowed & bit.mask()) != 0) {
          add(allow, permission);
        }
      }
    }
    Map<Category, Masks> masks = new EnumMap<>(Category.class);
    for (Category category : Category.values()) {
      Masks old = own.masks(category);
      int kept = ~known.getOrDefault(category, 0);
      int denies = deny.getOrDefault(category, 0);
      masks.put(
          category,
          new Masks(
              (old.allow() & kept) | (allow.getOrDefault(category, 0) & ~denies),
              (old.deny() & kept) | denies));
    }
    return own.withMasks(masks);
  }

  private static void add(Map<Category, Integer> masks, Permission permission) {
    masks.merge(permission.category(), permission.bit(), (one, other) -> one | other);
  }
}
