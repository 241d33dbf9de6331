package app.seventv.cdn.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Owners are the same everywhere, evenly spread, and stay. */
class RendezvousTest {
  private static final int KEYS = 20_000;

  private static List<URI> nodes(int count) {
    List<URI> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(URI.create("http://10.0.0." + i + ":8001"));
    }
    return nodes;
  }

  private static String key(int i) {
    return "emote/01F6MZGCNG0002%012d/4x.webp".formatted(i);
  }

  @Test
  void theOrderOfTheListDoesNotMatter() {
    Rendezvous one = new Rendezvous(nodes(5));
    Rendezvous other = new Rendezvous(nodes(5).reversed());
    for (int i = 0; i < KEYS; i++) {
      assertThat(one.owner(key(i))).isEqualTo(other.owner(key(i)));
    }
  }

  @Test
  void spreadsEvenlyAndMovesOnlyTheKeysOfANodeThatGoes() {
    List<URI> all = nodes(10);
    Rendezvous before = new Rendezvous(all);
    Rendezvous after = new Rendezvous(all.subList(0, 9));
    Map<URI, Integer> counts = new HashMap<>();
    for (int i = 0; i < KEYS; i++) {
      URI owner = before.owner(key(i));
      counts.merge(owner, 1, Integer::sum);
      if (!owner.equals(all.getLast())) {
        assertThat(after.owner(key(i))).isEqualTo(owner);
      }
    }
    assertThat(counts).hasSize(10);
    assertThat(counts.values()).allMatch(count -> Math.abs(count - KEYS / 10) < KEYS / 100);
  }
}
