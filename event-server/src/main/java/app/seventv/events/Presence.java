package app.seventv.events;

import app.seventv.events.dispatch.Cosmetic;
import app.seventv.events.dispatch.EntitlementKind;
import app.seventv.events.dispatch.Entitlements;
import app.seventv.events.dispatch.PersonalSet;
import app.seventv.events.dispatch.PresenceContent;
import app.seventv.model.Id;
import app.seventv.model.topic.EventType;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A user seen in a channel, with every payload that a session may have to be sent because of it,
 * rendered once for all of them (event-api.md §13). Ids are numbers of the {@link Interner}.
 */
final class Presence {
  /** Payloads of deletions kept: most sessions were told the same badge and paint before. */
  static final int MAX_DELETIONS = 2;

  /**
   * Heap without payloads: the object 56, heads of payload and keys 110, three entries of maps with
   * their places 150, a map of the user's channels 130. Checked by {@code HeapCostTest}.
   */
  static final int PRESENCE_BYTES = 462;

  /** A badge, paint or set: the record 24, its list 24, heads of its payloads 32. */
  static final int ITEM_BYTES = 80;

  /** A deletion beside the user in it: the rest of the payload, its key and an entry of the map. */
  static final int DELETION_BYTES = 280;

  private final Interner interner;
  private final TopicKey topic;
  private final Id userId;
  private final int user;
  private final @Nullable Item badge;
  private final @Nullable Item paint;
  private final List<Item> sets;
  private final byte[] userJson;
  private final ConcurrentMap<Deletion, byte[]> deletions = new ConcurrentHashMap<>(0);

  /**
   * A badge, a paint or a set.
   *
   * @param ref its number
   * @param version number of this version of it
   * @param definitions payloads that define it, in their order
   * @param create payload of {@code entitlement.create}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Item(int ref, int version, List<byte[]> definitions, byte[] create) {
    Item {
      definitions = List.copyOf(definitions);
    }

    private int payloadBytes() {
      return create.length + definitions.stream().mapToInt(d -> d.length).sum();
    }
  }

  private record Deletion(EntitlementKind kind, boolean cleared, int ref) {}

  private Presence(
      Interner interner,
      TopicKey topic,
      Id userId,
      @Nullable Item badge,
      @Nullable Item paint,
      List<Item> sets,
      byte[] userJson) {
    this.interner = interner;
    this.topic = topic;
    this.userId = userId;
    this.user = interner.of(userId);
    this.badge = badge;
    this.paint = paint;
    this.sets = List.copyOf(sets);
    this.userJson = userJson;
  }

  static Presence of(PresenceContent content, Interner interner) {
    byte[] userJson = content.userJson();
    return new Presence(
        interner,
        TopicKey.of(EventType.USER_PRESENCE, content.channel()),
        content.userId(),
        item(EntitlementKind.BADGE, content.badge(), userJson, interner),
        item(EntitlementKind.PAINT, content.paint(), userJson, interner),
        content.sets().stream().map(set -> item(set, userJson, interner)).toList(),
        userJson);
  }

  private static @Nullable Item item(
      EntitlementKind kind, @Nullable Cosmetic cosmetic, byte[] userJson, Interner interner) {
    return cosmetic == null
        ? null
        : new Item(
            interner.of(cosmetic.id()),
            interner.of(cosmetic.id(), cosmetic.versionMs()),
            List.of(cosmetic.definition()),
            Entitlements.create(kind, cosmetic.id(), userJson));
  }

  private static Item item(PersonalSet set, byte[] userJson, Interner interner) {
    return new Item(
        interner.of(set.id()),
        interner.of(set.id(), set.versionMs()),
        List.of(set.create(), set.fill()),
        Entitlements.create(EntitlementKind.EMOTE_SET, set.id(), userJson));
  }

  /**
   * The same presence with another badge or paint.
   *
   * @param newUserJson the partial user after the change, if known
   */
  Presence with(EntitlementKind kind, @Nullable Cosmetic active, byte @Nullable [] newUserJson) {
    byte[] json = newUserJson == null ? userJson : newUserJson;
    Item item = item(kind, active, json, interner);
    boolean isBadge = kind == EntitlementKind.BADGE;
    return new Presence(
        interner, topic, userId, isBadge ? item : badge, isBadge ? paint : item, sets, json);
  }

  /** The hidden topic of the channel. */
  TopicKey topic() {
    return topic;
  }

  Id userId() {
    return userId;
  }

  int user() {
    return user;
  }

  @Nullable Item badge() {
    return badge;
  }

  @Nullable Item paint() {
    return paint;
  }

  List<Item> sets() {
    return sets;
  }

  /** Whether the user wears and may use nothing at all. */
  boolean isNothing() {
    return badge == null && paint == null && sets.isEmpty();
  }

  /** Payload of {@code entitlement.delete}, or null if nobody knows any more what the number is. */
  byte @Nullable [] delete(EntitlementKind kind, boolean cleared, int ref) {
    Deletion deletion = new Deletion(kind, cleared, ref);
    byte[] known = deletions.get(deletion);
    if (known == null) {
      Id id = interner.id(ref);
      if (id == null) {
        return null;
      }
      known = Entitlements.delete(kind, cleared, id, userJson);
      if (deletions.size() < MAX_DELETIONS) { // a few more if loops race
        deletions.put(deletion, known);
      }
    }
    return known;
  }

  /** Size of all payloads that say what there is. */
  int payloadBytes() {
    return userJson.length + items().mapToInt(Item::payloadBytes).sum();
  }

  /** Size of what it keeps in memory, with its places in a {@link PresenceStore}. */
  int bytes() {
    return PRESENCE_BYTES
        + payloadBytes()
        + Math.toIntExact(items().count()) * ITEM_BYTES
        + MAX_DELETIONS * (userJson.length + DELETION_BYTES);
  }

  private Stream<Item> items() {
    return Stream.concat(Stream.of(badge, paint).filter(Objects::nonNull), sets.stream());
  }
}
