package app.seventv.events;

import app.seventv.events.dispatch.StyleChange;
import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who was seen where lately (event-api.md §20, rows 13 and 14): the last presence of each user in
 * each channel, for a while. Bounded in entries and bytes; the eldest go first. Thread-safe.
 */
final class PresenceStore {
  private final long lifetimeMs;
  private final int maxEntries;
  private final long maxBytes;

  /** All, the eldest first. */
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>();

  private final Map<TopicKey, LinkedHashMap<Id, Presence>> byChannel = new HashMap<>();
  private final Map<Id, LinkedHashMap<TopicKey, Presence>> byUser = new HashMap<>();
  private long bytes;

  private record Key(TopicKey channel, Id user) {}

  private record Entry(Presence presence, long seenMs) {}

  PresenceStore(long lifetimeMs, int maxEntries, long maxBytes) {
    this.lifetimeMs = lifetimeMs;
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /** A user was seen. */
  synchronized void put(Presence presence, long nowMs) {
    remove(new Key(presence.topic(), presence.userId()));
    Key key = new Key(presence.topic(), presence.userId());
    entries.put(key, new Entry(presence, nowMs));
    byChannel.computeIfAbsent(key.channel, _ -> new LinkedHashMap<>(4)).put(key.user, presence);
    byUser.computeIfAbsent(key.user, _ -> new LinkedHashMap<>(2)).put(key.channel, presence);
    bytes += presence.bytes();
    expire(nowMs);
  }

  /** Drops what is too old or too much. */
  synchronized void expire(long nowMs) {
    while (!entries.isEmpty()) {
      Map.Entry<Key, Entry> eldest = entries.firstEntry();
      boolean old = eldest.getValue().seenMs + lifetimeMs <= nowMs;
      if (!old && entries.size() <= maxEntries && bytes <= maxBytes) {
        return;
      }
      remove(eldest.getKey());
    }
  }

  private void remove(Key key) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return;
    }
    bytes -= entry.presence.bytes();
    remove(byChannel, key.channel, key.user);
    remove(byUser, key.user, key.channel);
  }

  private static <K, V> void remove(Map<K, ? extends Map<V, Presence>> index, K outer, V inner) {
    Map<V, Presence> list = index.get(outer);
    if (list != null) {
      list.remove(inner);
      if (list.isEmpty()) {
        index.remove(outer);
      }
    }
  }

  /**
   * The latest presences in a channel, the eldest first.
   *
   * @param maxCount most to return
   * @param maxTotalBytes most bytes of all their payloads
   */
  synchronized List<Presence> recent(TopicKey channel, int maxCount, long maxTotalBytes) {
    LinkedHashMap<Id, Presence> all = byChannel.get(channel);
    if (all == null) {
      return List.of();
    }
    List<Presence> latest = new ArrayList<>();
    long total = 0;
    for (Presence presence : all.sequencedValues().reversed()) {
      total += presence.payloadBytes();
      if (latest.size() == maxCount || total > maxTotalBytes) {
        break;
      }
      latest.add(presence);
    }
    Collections.reverse(latest);
    return latest;
  }

  /**
   * Applies a change of style wherever the user was seen; returns the presences as they are now.
   */
  synchronized List<Presence> restyle(StyleChange change) {
    LinkedHashMap<TopicKey, Presence> seen = byUser.get(change.userId());
    if (seen == null) {
      return List.of();
    }
    List<Presence> changed = new ArrayList<>(seen.size());
    for (Presence old : List.copyOf(seen.values())) {
      Presence now = old.with(change.kind(), change.active(), change.userJson());
      Key key = new Key(old.topic(), old.userId());
      @Nullable Entry entry = entries.get(key);
      if (entry != null) {
        entries.put(key, new Entry(now, entry.seenMs)); // keeps its place
        bytes += now.bytes() - old.bytes();
        seen.put(key.channel, now);
        byChannel.getOrDefault(key.channel, new LinkedHashMap<>()).put(key.user, now);
        changed.add(now);
      }
    }
    return changed;
  }

  synchronized int size() {
    return entries.size();
  }

  synchronized long bytes() {
    return bytes;
  }
}
