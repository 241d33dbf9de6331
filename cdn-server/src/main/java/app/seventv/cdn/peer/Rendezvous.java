package app.seventv.cdn.peer;

import java.net.URI;
import java.util.List;

/**
 * Which node owns a key: the one with the highest weight for it ("highest random weight", Thaler
 * and Ravishankar 1998). A node that comes or goes moves its own keys only.
 */
public final class Rendezvous {
  private final List<URI> nodes;
  private final long[] seeds;

  /** A choice among these nodes, the same in every process whatever their order. */
  public Rendezvous(List<URI> nodes) {
    this.nodes = List.copyOf(nodes);
    this.seeds = this.nodes.stream().mapToLong(node -> hash(node.toString(), 0)).toArray();
  }

  /** The owner of a key. */
  public URI owner(String key) {
    int best = 0;
    long bestWeight = Long.MIN_VALUE;
    for (int i = 0; i < seeds.length; i++) {
      long weight = hash(key, seeds[i]);
      if (weight > bestWeight
          || (weight == bestWeight && nodes.get(i).compareTo(nodes.get(best)) < 0)) {
        best = i;
        bestWeight = weight;
      }
    }
    return nodes.get(best);
  }

  /** FNV-1a with a seed, then the finaliser of SplitMix64. */
  private static long hash(String text, long seed) {
    long hash = 0xcbf29ce484222325L ^ seed;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    return hash ^ hash >>> 31;
  }
}
