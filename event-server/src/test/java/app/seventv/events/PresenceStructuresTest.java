package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.Cosmetic;
import app.seventv.events.dispatch.PersonalSet;
import app.seventv.events.dispatch.PresenceContent;
import app.seventv.model.Id;
import app.seventv.model.topic.Channel;
import app.seventv.model.topic.Channel.StreamPlatform;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables behind presences, at their limits. */
class PresenceStructuresTest {
  private final Interner interner = new Interner(10_000);

  private static Id id(int number) {
    return new Id(1L << 40, number);
  }

  private Presence presence(int user, int channel, int badge, int set) {
    byte[] json = "{}".getBytes(StandardCharsets.US_ASCII);
    PresenceContent content =
        new PresenceContent(
            new Channel(StreamPlatform.TWITCH, Integer.toString(channel)),
            id(user),
            badge == 0 ? null : new Cosmetic(id(badge), 1, json.clone()),
            null,
            set == 0 ? List.of() : List.of(new PersonalSet(id(set), 1, json.clone(), json.clone())),
            json,
            null);
    return Presence.of(content, interner);
  }

  private static int told(PresenceMemory memory, Presence presence) {
    List<byte[]> out = new ArrayList<>();
    memory.tell(presence, out);
    return out.size();
  }

  @Test
  void theValueNotAskedForLongestIsForgotten() {
    RecentInts recent = new RecentInts(60);
    for (int i = 1; i <= 60; i++) {
      assertThat(recent.add(i)).isTrue();
    }
    assertThat(recent.add(1)).isFalse();
    assertThat(recent.add(61)).isTrue();
    assertThat(recent.size()).isEqualTo(60);
    assertThat(recent.values()).startsWith(3, 4).endsWith(60, 1, 61);
  }

  @Test
  void usersComeAndGo() {
    UserStates users = new UserStates(3);
    users.add(1, 10, 0, new int[] {7, 8});
    users.add(2, 0, 20, new int[0]);
    users.add(3, 30, 30, new int[] {9});
    assertThat(users.find(4)).isNegative();
    assertThat(users.holdsSet(users.find(1), 8)).isTrue();
    assertThat(users.holdsSet(users.find(1), 9)).isFalse();
    assertThat(users.paint(users.find(2))).isEqualTo(20);
    users.add(4, 40, 0, new int[0]);
    assertThat(users.size()).isEqualTo(3);
    assertThat(users.find(1)).isNegative();
    users.remove(users.find(3));
    assertThat(users.badge(users.find(4))).isEqualTo(40);
    assertThat(users.size()).isEqualTo(2);
  }

  @Test
  void aSessionForgetsUsersAndDefinitionsBeyondItsLimits() {
    PresenceMemory memory = new PresenceMemory();
    int first = 1_000;
    for (int i = 0; i < PresenceMemory.MAX_USERS; i++) {
      told(memory, presence(first + i, 1, 1, 0));
    }
    assertThat(told(memory, presence(first, 1, 1, 0))).isZero(); // known, and the latest now
    told(memory, presence(9_999, 1, 1, 0));
    assertThat(told(memory, presence(first + 1, 1, 1, 0))).as("entitled again").isEqualTo(1);
    for (int badge = 1; badge <= PresenceMemory.MAX_BADGES + 1; badge++) {
      told(memory, presence(first, 1, badge, 0));
    }
    assertThat(told(memory, presence(first + 5, 1, 1, 0))).as("defined again").isEqualTo(1);
  }

  @Test
  void theStoreForgetsTheEldest() {
    PresenceStore store = new PresenceStore(1_000, 3, Long.MAX_VALUE);
    for (int user = 1; user <= 5; user++) {
      store.put(presence(user, user % 2, 1, 0), user);
    }
    assertThat(store.size()).isEqualTo(3);
    TopicKey odd = presence(9, 1, 1, 0).topic();
    assertThat(store.recent(odd, 10, Long.MAX_VALUE))
        .extracting(Presence::userId)
        .containsExactly(id(3), id(5));
    assertThat(store.recent(odd, 1, Long.MAX_VALUE))
        .extracting(Presence::userId)
        .containsExactly(id(5));
    assertThat(store.recent(odd, 10, 10)).isEmpty();
    store.expire(1_004);
    assertThat(store.size()).isEqualTo(1);
    store.expire(1_005);
    assertThat(store.size()).isZero();
    assertThat(store.bytes()).isZero();
  }

  @Test
  void theStoreIsBoundedInBytes() {
    Presence one = presence(1, 1, 1, 2);
    PresenceStore store = new PresenceStore(1_000, 100, one.bytes());
    store.put(one, 1);
    store.put(one, 2); // the same again takes no more
    assertThat(store.size()).isEqualTo(1);
    store.put(presence(2, 1, 1, 2), 3);
    assertThat(store.size()).isEqualTo(1);
    assertThat(store.bytes()).isEqualTo(one.bytes());
  }

  @Test
  void internedNumbersAreNotUsedTwice() {
    Interner small = new Interner(2);
    int first = small.of(id(1));
    assertThat(small.of(id(1))).isEqualTo(first);
    assertThat(small.of(id(1), 5)).isNotEqualTo(first);
    small.of(id(2));
    assertThat(small.size()).isEqualTo(2);
    assertThat(small.id(first)).isNull();
    assertThat(small.of(id(1))).isGreaterThan(first);
  }
}
