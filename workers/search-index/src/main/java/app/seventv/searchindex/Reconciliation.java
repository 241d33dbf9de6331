package app.seventv.searchindex;

import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends what missed events leave behind (workers.md §14.3, §16): index entries whose document is
 * gone are deleted, and after missed edges every user is indexed again. Documents that changed are
 * not its business: their writers took the mark off, so {@link CatchUp} finds them.
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);
  private static final int GROUP = 1000;

  private final Store store;
  private final SearchIndex index;
  private final IndexMetrics metrics;
  private final Clock clock;

  Reconciliation(Store store, SearchIndex index, IndexMetrics metrics, Clock clock) {
    this.store = store;
    this.index = index;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Compares a collection as a whole. */
  void run(String collection) throws IOException, InterruptedException {
    if (collection.equals(CollectionNames.ENTITLEMENT_EDGES)) {
      store.touch(Touch.many(CollectionNames.USERS, new BsonDocument()), clock.instant());
      LOG.info("all users will be indexed again");
      return;
    }
    List<String> ghosts = new ArrayList<>();
    index.forEachIds(collection, GROUP, ids -> ghosts.addAll(withoutDocument(collection, ids)));
    for (String id : ghosts) {
      index.delete(collection, id);
    }
    metrics.ghosts(collection, ghosts.size());
    LOG.info("compared {}: {} entries without document deleted", collection, ghosts.size());
  }

  private List<String> withoutDocument(String collection, List<String> ids) {
    List<BsonBinary> keys = new ArrayList<>(ids.size());
    for (String text : ids) {
      Id id = Id.parseOrNull(text);
      if (id != null) { // what is no id has no document
        keys.add(id.toBson());
      }
    }
    Set<String> existing =
        store.existing(collection, keys).stream()
            .map(id -> Id.fromBytes(id.asBinary().getData()).toString())
            .collect(Collectors.toSet());
    return ids.stream().filter(id -> !existing.contains(id)).toList();
  }
}
