package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import com.mongodb.client.MongoCollection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** Outbound walks of the entitlement graph, many at once (api-v4.md §6.2, data-model.md §8.4). */
public final class EntitlementGraph {
  /** Most node documents in one query. */
  private static final int MAX_IN = 1000;

  private final MongoCollection<BsonDocument> edges;

  public EntitlementGraph(Store store) {
    this.edges = store.collection(CollectionNames.ENTITLEMENT_EDGES);
  }

  /** Part of the graph that is reachable from some starts. */
  public static final class Reachable {
    private final Map<EntitlementNode, List<EntitlementEdge>> outbound = new HashMap<>();

    /** All edges of a breadth-first walk from {@code starts}, level by level; cycles end. */
    public List<EntitlementEdge> walk(Collection<EntitlementNode> starts) {
      List<EntitlementEdge> walked = new ArrayList<>();
      Set<EntitlementNode> seen = new LinkedHashSet<>(starts);
      Deque<EntitlementNode> frontier = new ArrayDeque<>(seen);
      while (!frontier.isEmpty()) {
        for (EntitlementEdge edge : outbound.getOrDefault(frontier.remove(), List.of())) {
          walked.add(edge);
          if (seen.add(edge.to())) {
            frontier.add(edge.to());
          }
        }
      }
      return walked;
    }
  }

  /** Loads everything reachable from {@code starts}, one query per level. */
  public Reachable reachableFrom(Collection<EntitlementNode> starts) {
    Reachable graph = new Reachable();
    Set<EntitlementNode> seen = new HashSet<>();
    List<EntitlementNode> frontier = next(starts, seen);
    while (!frontier.isEmpty()) {
      List<EntitlementEdge> level = outboundOf(frontier);
      for (EntitlementEdge edge : level) {
        graph.outbound.computeIfAbsent(edge.from(), from -> new ArrayList<>()).add(edge);
      }
      frontier = next(level.stream().map(EntitlementEdge::to).toList(), seen);
    }
    return graph;
  }

  private static List<EntitlementNode> next(
      Collection<EntitlementNode> candidates, Set<EntitlementNode> seen) {
    return candidates.stream().filter(node -> node.kind().hasOutgoing() && seen.add(node)).toList();
  }

  private List<EntitlementEdge> outboundOf(List<EntitlementNode> nodes) {
    List<EntitlementEdge> found = new ArrayList<>();
    for (int from = 0; from < nodes.size(); from += MAX_IN) {
      List<BsonDocument> batch =
          nodes.subList(from, Math.min(nodes.size(), from + MAX_IN)).stream()
              .map(EntitlementNode::toBson)
              .toList();
      edges
          .find(
              new BsonDocument("_id.from", new BsonDocument("$in", new BsonArray(batch))),
              RawBsonDocument.class)
          .map(EntitlementEdge::fromBson)
          .into(found);
    }
    return found;
  }
}
