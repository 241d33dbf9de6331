package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.Cosmetic;
import app.seventv.events.dispatch.EntitlementKind;
import app.seventv.events.dispatch.PersonalSet;
import app.seventv.events.dispatch.PresenceContent;
import app.seventv.model.Id;
import app.seventv.model.topic.Channel;
import app.seventv.model.topic.Channel.StreamPlatform;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What is kept counts with the heap that it takes. */
class HeapCostTest {
  private static final int ENTRIES = 100_000;
  private static final int FULL_COLLECTIONS = 4;
  private static final Percentage TOLERANCE = Percentage.withPercentage(10);

  /** The serial collector leaves dead objects in place in three of four full collections. */
  private static long usedHeap() {
    for (int i = 0; i < FULL_COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Adds entries and compares what the heap grows by with what is counted. */
  private static void assertCounted(String what, IntConsumer add, LongSupplier counted) {
    add.accept(0); // loads classes
    long heapBefore = usedHeap();
    long countedBefore = counted.getAsLong();
    for (int i = 1; i <= ENTRIES; i++) {
      add.accept(i);
    }
    long heap = (usedHeap() - heapBefore) / ENTRIES;
    long count = (counted.getAsLong() - countedBefore) / ENTRIES;
    System.out.println("figure: heap-" + what + " " + heap + " bytes, counted " + count);
    assertThat(count).as(what).isCloseTo(heap, TOLERANCE);
  }

  private static SharedDispatch event(int topic, boolean hasWildcard, int bytes) {
    return SharedDispatch.ofObject(
        new TopicKey((byte) 8, 1, topic),
        hasWildcard ? new TopicKey((byte) 9, 1, topic) : null,
        new byte[bytes],
        null,
        new SharedDispatch.Route(1_764_590_400_000L, 0, 1, _ -> {}, topic));
  }

  private static void assertEvents(String what, int topics, boolean hasWildcard) {
    DispatchLog log = new DispatchLog(1_000, Long.MAX_VALUE);
    assertCounted(what, i -> log.append(event(i % topics, hasWildcard, 90)), log::bytes);
  }

  @Test
  void eventsOfAsManyTopics() {
    assertEvents("event-topic", ENTRIES + 1, false);
    assertEvents("event-two-topics", ENTRIES + 1, true);
  }

  @Test
  void eventsOfFewTopics() {
    assertEvents("event", 250, false);
    assertEvents("event-wildcard", 250, true);
  }

  private static Id id(int number) {
    return new Id(1L << 40, number);
  }

  private static Presence presence(Interner interner, int user, int items) {
    Cosmetic cosmetic = new Cosmetic(id(1), 1, new byte[300]);
    return Presence.of(
        new PresenceContent(
            new Channel(StreamPlatform.TWITCH, Integer.toString(user / 4)),
            id(user),
            items > 0 ? new Cosmetic(id(1), 1, new byte[300]) : null,
            items > 1 ? cosmetic : null,
            items > 2
                ? List.of(new PersonalSet(id(3), 1, new byte[300], new byte[300]))
                : List.of(),
            new byte[200],
            null),
        interner);
  }

  private static void assertPresences(int items, int deletions) {
    Interner interner = new Interner(8);
    PresenceStore store = new PresenceStore(1_000, ENTRIES + 1, Long.MAX_VALUE);
    assertCounted(
        "presence-" + items + "-" + deletions,
        i -> {
          Presence presence = presence(interner, i, items);
          int ref = interner.of(id(1));
          for (int k = 0; k < deletions; k++) {
            presence.delete(EntitlementKind.BADGE, k % 2 == 1, ref + k / 2);
          }
          store.put(presence, 1);
        },
        store::bytes);
  }

  /** With the deletions for which there is room, and with more. */
  @Test
  void presences() {
    assertPresences(0, 2);
    assertPresences(1, 2);
    assertPresences(3, 2);
    assertPresences(3, 6);
  }
}
