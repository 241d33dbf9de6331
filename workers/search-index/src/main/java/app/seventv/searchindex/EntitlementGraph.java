package app.seventv.searchindex;

import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Walks the entitlement graph (data-model.md §8.4). */
final class EntitlementGraph {
  /** Levels of grants; real graphs have four, cycles end by themselves. */
  private static final int MAX_DEPTH = 32;

  private final Store store;

  EntitlementGraph(Store store) {
    this.store = store;
  }

  /** All edges on paths that start at one of the nodes; targets may repeat. */
  List<EntitlementEdge> outbound(Collection<EntitlementNode> start) throws Exception {
    List<EntitlementEdge> found = new ArrayList<>();
    Set<EntitlementNode> visited = new HashSet<>();
    Set<EntitlementNode> frontier = new LinkedHashSet<>(start);
    for (int depth = 0; !frontier.isEmpty() && depth < MAX_DEPTH; depth++) {
      visited.addAll(frontier);
      List<EntitlementEdge> edges = store.edgesFrom(frontier);
      found.addAll(edges);
      frontier = new LinkedHashSet<>();
      for (EntitlementEdge edge : edges) {
        if (edge.to().kind().hasOutgoing() && !visited.contains(edge.to())) {
          frontier.add(edge.to());
        }
      }
    }
    return found;
  }
}
