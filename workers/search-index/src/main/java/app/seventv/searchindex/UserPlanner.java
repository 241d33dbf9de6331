package app.seventv.searchindex;

import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.search.UserSearchDocument;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** Users: recomputes what is cached in them before they are indexed (workers.md §5.4). */
final class UserPlanner implements IndexedCollection.Planner<User> {
  private final Store store;
  private final EntitlementGraph graph;

  UserPlanner(Store store) {
    this.store = store;
    this.graph = new EntitlementGraph(store);
  }

  @Override
  public IndexPlan plan(User user, Instant mark) throws Exception {
    EntitlementNode self = EntitlementNode.user(user.id());
    List<EntitlementEdge> edges = graph.outbound(List.of(self, EntitlementNode.GLOBAL_GROUP));
    List<EntitlementNode> entitlements =
        edges.stream().map(EntitlementEdge::to).distinct().sorted().toList();
    List<EntitlementNode> directGrants =
        edges.stream()
            .filter(edge -> edge.from().equals(self))
            .map(EntitlementEdge::to)
            .distinct()
            .toList();
    List<Role> roles = roles(entitlements);
    Id setId = user.style().activeEmoteSetId();
    User.Cached cached =
        new User.Cached(
            entitlements,
            activeEmotes(setId),
            setId,
            roles.stream().mapToInt(Role::rank).max().orElse(0),
            roles.stream().filter(Role::hoist).mapToInt(Role::rank).max().orElse(0));
    return new IndexPlan(
        UserSearchDocument.of(user.withCached(cached), directGrants, mark),
        List.of(),
        changes(user.cached(), cached));
  }

  private List<Role> roles(List<EntitlementNode> entitlements) throws Exception {
    List<BsonBinary> ids =
        entitlements.stream()
            .filter(node -> node.kind() == EntitlementNode.Kind.ROLE)
            .flatMap(node -> Optional.ofNullable(node.id()).stream())
            .map(Id::toBson)
            .toList();
    return store.readAll(CollectionNames.ROLES, ids).stream().map(Role::fromBson).toList();
  }

  private List<Id> activeEmotes(@Nullable Id setId) throws Exception {
    if (setId == null) {
      return List.of();
    }
    return store
        .read(CollectionNames.EMOTE_SETS, setId.toBson())
        .map(EmoteSet::fromBson)
        .map(set -> set.emotes().stream().map(EmoteSet.Entry::id).distinct().sorted().toList())
        .orElse(List.of());
  }

  /** Those cached fields that differ, by path. */
  private static BsonDocument changes(User.Cached before, User.Cached after) {
    BsonDocument old = before.toBson();
    BsonDocument changes = new BsonDocument();
    after
        .toBson()
        .forEach((field, value) -> {
          if (!value.equals(old.get(field))) {
            changes.append("cached." + field, value);
          }
        });
    return changes;
  }
}
