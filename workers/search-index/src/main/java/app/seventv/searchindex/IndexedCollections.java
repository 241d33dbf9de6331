package app.seventv.searchindex;

import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.search.EmoteSearchDocument;
import app.seventv.model.search.EmoteSetSearchDocument;
import app.seventv.model.search.RoleSearchDocument;
import app.seventv.model.search.UserSearchDocument;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** The collections that are indexed, and how; a further one is a schema and a mapper more. */
final class IndexedCollections {
  /** Collections whose changes concern nobody here (workers.md §4.4). */
  static final Set<String> UNINTERESTING =
      Set.of(
          CollectionNames.USER_PROFILE_PICTURES,
          CollectionNames.USER_SESSIONS,
          CollectionNames.API_LEASES,
          CollectionNames.API_OUTBOX,
          CollectionNames.API_RANKINGS,
          CollectionNames.WEBHOOK_EVENTS,
          CollectionNames.CRON_JOBS);

  private final Store store;

  IndexedCollections(Store store) {
    this.store = store;
  }

  /** All of them. */
  List<IndexedCollection<?>> all() {
    return List.of(
        IndexedCollection.plain(
            EmoteSearchDocument.SCHEMA, Emote::fromBson, EmoteSearchDocument::of),
        new IndexedCollection<>(
            EmoteSetSearchDocument.SCHEMA,
            EmoteSet::fromBson,
            IndexedCollections::emoteSet,
            id -> List.of(FanOut.usersWithActiveSet(id))),
        new IndexedCollection<>(
            RoleSearchDocument.SCHEMA, Role::fromBson, this::role, id -> List.of()),
        new IndexedCollection<>(
            UserSearchDocument.SCHEMA, User::fromBson, new UserPlanner(store), id -> List.of()));
  }

  private static IndexPlan emoteSet(EmoteSet set, Instant mark) {
    if (!set.emotesChangedSinceReindex()) {
      return IndexPlan.of(EmoteSetSearchDocument.of(set, mark));
    }
    return new IndexPlan(
        EmoteSetSearchDocument.of(set, mark),
        List.of(
            FanOut.usersWithActiveSet(set.id().toBson()), FanOut.setsDrawnFrom(set.id().toBson())),
        new BsonDocument("emotes_changed_since_reindex", BsonBoolean.FALSE));
  }

  private IndexPlan role(Role role, Instant mark) throws Exception {
    EntitlementNode node = EntitlementNode.role(role.id());
    List<EntitlementNode> grants =
        store.edgesFrom(List.of(node)).stream().map(EntitlementEdge::to).distinct().toList();
    Integer applied = role.appliedRank();
    if (applied != null && applied == role.rank()) {
      return IndexPlan.of(RoleSearchDocument.of(role, grants, mark));
    }
    return new IndexPlan(
        RoleSearchDocument.of(role, grants, mark),
        List.of(FanOut.usersWith(node)),
        new BsonDocument("applied_rank", new BsonInt32(role.rank())));
  }
}
