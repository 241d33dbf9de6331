package app.seventv.events;

import app.seventv.events.dispatch.EntitlementKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one session has been told about the users it met (event-api.md §13.1), in numbers of the
 * {@link Interner}: made when a channel of the session sees its first presence, and in every part
 * as large as what it holds.
 *
 * <p>Bytes: 24 here; 16 for a list that has an entry, 24 for that of users, and an array of ints:
 * 12 + 4 per badge, paint or set, or + 16 per user and 4 per set of theirs, with up to half as much
 * again to grow.
 */
final class PresenceMemory {
  static final int MAX_BADGES = 60;
  static final int MAX_PAINTS = 250;
  static final int MAX_SETS = 1024;
  static final int MAX_USERS = 512;

  private static final int[] NO_SETS = {};

  private @Nullable RecentInts badges;
  private @Nullable RecentInts paints;
  private @Nullable RecentInts sets;
  private @Nullable UserStates users;

  /**
   * Adds the payloads that a presence leads to.
   *
   * @param known of the session, null before its first presence
   * @return what the session knows now
   */
  static @Nullable PresenceMemory afterTelling(
      @Nullable PresenceMemory known, Presence presence, List<byte[]> out) {
    if (known == null && presence.isNothing()) {
      return null;
    }
    PresenceMemory memory = known == null ? new PresenceMemory() : known;
    memory.tell(presence, out);
    return memory;
  }

  /** Adds the payloads that a presence leads to, in the order of event-api.md §13.2. */
  void tell(Presence presence, List<byte[]> out) {
    UserStates known = users;
    int at = known == null ? -1 : known.find(presence.user());
    if (presence.isNothing()) {
      if (known != null && at >= 0) {
        clear(known, at, presence, out);
      }
      return;
    }
    define(presence, out);
    if (known == null) {
      known = users = new UserStates(MAX_USERS);
    }
    Presence.Item badge = presence.badge();
    Presence.Item paint = presence.paint();
    int oldBadge = at < 0 ? UserStates.NOTHING : known.badge(at);
    int oldPaint = at < 0 ? UserStates.NOTHING : known.paint(at);
    change(EntitlementKind.BADGE, oldBadge, badge, presence, out);
    change(EntitlementKind.PAINT, oldPaint, paint, presence, out);
    changeSets(known, at, presence, out);
    if (at >= 0) {
      known.remove(at);
    }
    known.add(presence.user(), ref(badge), ref(paint), refs(presence.sets()));
  }

  /** Rows 1 to 3b. */
  private void define(Presence presence, List<byte[]> out) {
    Presence.Item badge = presence.badge();
    if (badge != null) {
      if (badges == null) {
        badges = new RecentInts(MAX_BADGES);
      }
      define(badge, badges, out);
    }
    Presence.Item paint = presence.paint();
    if (paint != null) {
      if (paints == null) {
        paints = new RecentInts(MAX_PAINTS);
      }
      define(paint, paints, out);
    }
    for (Presence.Item set : presence.sets()) {
      if (sets == null) {
        sets = new RecentInts(MAX_SETS);
      }
      define(set, sets, out);
    }
  }

  private static void define(Presence.Item item, RecentInts seen, List<byte[]> out) {
    if (seen.add(item.version())) {
      out.addAll(item.definitions());
    }
  }

  /** Rows 4 to 7. */
  private static void change(
      EntitlementKind kind,
      int old,
      Presence.@Nullable Item item,
      Presence presence,
      List<byte[]> out) {
    if (old == ref(item)) {
      return;
    }
    if (old != UserStates.NOTHING) {
      delete(kind, false, old, presence, out);
    }
    if (item != null) {
      out.add(item.create());
    }
  }

  /** Row 8, once per set, and the sets that are gone (§20, row 11). */
  private static void changeSets(UserStates known, int at, Presence presence, List<byte[]> out) {
    int oldSets = at < 0 ? 0 : known.setCount(at);
    for (int i = 0; i < oldSets; i++) {
      int old = known.set(at, i);
      if (presence.sets().stream().noneMatch(set -> set.ref() == old)) {
        delete(EntitlementKind.EMOTE_SET, false, old, presence, out);
      }
    }
    for (Presence.Item set : presence.sets()) {
      if (at < 0 || !known.holdsSet(at, set.ref())) {
        out.add(set.create());
      }
    }
  }

  /** Row 9. */
  private static void clear(UserStates known, int at, Presence presence, List<byte[]> out) {
    if (known.badge(at) != UserStates.NOTHING) {
      delete(EntitlementKind.BADGE, true, known.badge(at), presence, out);
    }
    if (known.paint(at) != UserStates.NOTHING) {
      delete(EntitlementKind.PAINT, true, known.paint(at), presence, out);
    }
    for (int i = 0; i < known.setCount(at); i++) {
      delete(EntitlementKind.EMOTE_SET, true, known.set(at, i), presence, out);
    }
    known.remove(at);
  }

  private static void delete(
      EntitlementKind kind, boolean cleared, int ref, Presence presence, List<byte[]> out) {
    byte[] payload = presence.delete(kind, cleared, ref);
    if (payload != null) {
      out.add(payload);
    }
  }

  private static int ref(Presence.@Nullable Item item) {
    return item == null ? UserStates.NOTHING : item.ref();
  }

  private static int[] refs(List<Presence.Item> items) {
    return items.isEmpty() ? NO_SETS : items.stream().mapToInt(Presence.Item::ref).toArray();
  }

  // The way to another process, where numbers are others.

  int[] badges() {
    return values(badges);
  }

  int[] paints() {
    return values(paints);
  }

  int[] sets() {
    return values(sets);
  }

  private static int[] values(@Nullable RecentInts ints) {
    return ints == null ? NO_SETS : ints.values();
  }

  int userCount() {
    return users == null ? 0 : users.size();
  }

  void forEachUser(UserStates.Visitor visitor) {
    if (users != null) {
      users.forEach(visitor);
    }
  }

  /** What a session was told, in numbers of this process; lists as from the methods above. */
  static PresenceMemory of(int[] badges, int[] paints, int[] sets, UserStates users) {
    PresenceMemory memory = new PresenceMemory();
    memory.badges = recent(badges, MAX_BADGES);
    memory.paints = recent(paints, MAX_PAINTS);
    memory.sets = recent(sets, MAX_SETS);
    memory.users = users.size() == 0 ? null : users;
    return memory;
  }

  private static @Nullable RecentInts recent(int[] values, int capacity) {
    if (values.length == 0) {
      return null;
    }
    RecentInts recent = new RecentInts(capacity);
    for (int value : values) {
      recent.add(value);
    }
    return recent;
  }
}
