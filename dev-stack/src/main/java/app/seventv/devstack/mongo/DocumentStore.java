package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The wrapped server's documents. It changes stored documents in place and hands out references to
 * them, so every read here copies under the read lock and every change happens under the write
 * lock. Changes come from one writer at a time (see {@link Transactions}).
 */
final class DocumentStore {

  private final MongoBackend backend;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** The wrapped server keeps per-connection state; all changes share this one. */
  private final Channel writerChannel = new EmbeddedChannel();

  DocumentStore(MongoBackend backend) {
    this.backend = backend;
  }

  MongoBackend backend() {
    return backend;
  }

  /** Runs something that must see no document half changed, such as a commit to the file. */
  <T> T reading(Supplier<T> read) {
    lock.readLock().lock();
    try {
      return read.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Passes a command that changes nothing to the wrapped server. */
  Document readCommand(Channel channel, String database, Document command) {
    return reading(() ->
        backend.handleCommand(channel, database, Docs.firstKey(command), command).cloneDeeply());
  }

  /** Passes a command that changes documents, collections or indexes to the wrapped server. */
  Document writeCommand(String database, Document command) {
    lock.writeLock().lock();
    try {
      return backend.handleCommand(writerChannel, database, Docs.firstKey(command), command);
    } catch (MongoServerException e) {
      throw CommandFailure.from(e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Copies of the matching documents.
   *
   * @param limit most documents to return, 0 for all
   */
  List<Document> find(Namespace ns, Document filter, @Nullable Document sort, int limit) {
    return reading(() -> {
      MongoCollection<?> collection = existing(ns);
      if (collection == null) {
        return List.of();
      }
      List<Document> found = new ArrayList<>();
      if (sort == null && narrowsToIds(filter)) {
        findAmongIds(collection, filter, limit, found);
      } else {
        Document query = new Document("$query", filter).append("$orderby", sort);
        collection.handleQuery(query, 0, limit).forEach(d -> found.add(d.cloneDeeply()));
      }
      return found;
    });
  }

  @Nullable Document byId(Namespace ns, @Nullable Object id) {
    List<Document> found = find(ns, new Document(ID, id), null, 1);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The document as a {@code find} with this projection shows it. */
  @Nullable Document project(Namespace ns, @Nullable Object id, Document projection) {
    Document find =
        new Document("find", ns.collection())
            .append("filter", new Document(ID, id))
            .append("limit", 1)
            .append("projection", projection);
    Document reply = readCommand(writerChannel, ns.database(), find);
    List<Document> batch = Docs.documents(Docs.documentOrEmpty(reply, "cursor"), "firstBatch");
    return batch.isEmpty() ? null : batch.getFirst();
  }

  void insert(Namespace ns, Document document) {
    Document insert =
        new Document("insert", ns.collection())
            .append("ordered", true)
            .append("documents", new ArrayList<>(List.of(document)));
    failOnWriteError(writeCommand(ns.database(), insert));
  }

  /** Updates or replaces the one document that the filter selects. */
  void update(
      Namespace ns, Document filter, Document update, @Nullable List<Document> arrayFilters) {
    failOnWriteError(writeCommand(ns.database(), updateOne(ns, filter, update, arrayFilters)));
  }

  static Document updateOne(
      Namespace ns, Document filter, Document update, @Nullable List<Document> arrayFilters) {
    Document statement = new Document("q", filter).append("u", update);
    if (arrayFilters != null) {
      statement.append("arrayFilters", arrayFilters);
    }
    return new Document("update", ns.collection()).append("updates", List.of(statement));
  }

  void replace(Namespace ns, Document document) {
    update(ns, new Document(ID, document.get(ID)), document, null);
  }

  void delete(Namespace ns, @Nullable Object id) {
    Document statement = new Document("q", new Document(ID, id)).append("limit", 1);
    Document delete = new Document("delete", ns.collection()).append("deletes", List.of(statement));
    failOnWriteError(writeCommand(ns.database(), delete));
  }

  /** The wrapped server reports the failure of a single statement inside a successful reply. */
  static void failOnWriteError(Document reply) {
    List<Document> errors = Docs.documents(reply, "writeErrors");
    if (errors.isEmpty()) {
      return;
    }
    Document error = errors.getFirst();
    int code = (int) Docs.number(error, "code", 8);
    String name = code == 11000 ? "DuplicateKey" : "Location" + code;
    throw new CommandFailure(code, name, String.valueOf(error.get("errmsg")));
  }

  private @Nullable MongoCollection<?> existing(Namespace ns) {
    return backend.resolveDatabase(ns.database()).resolveCollection(ns.collection(), false);
  }

  /** The wrapped server scans the collection for {@code {_id: x, more: y}}; we look up the id. */
  private static boolean narrowsToIds(Document filter) {
    if (filter.size() < 2 || !filter.containsKey(ID)) {
      return false;
    }
    return !(filter.get(ID) instanceof Document id)
        || !Docs.startsWithOperator(id)
        || (id.size() == 1 && id.containsKey("$in"));
  }

  private static void findAmongIds(
      MongoCollection<?> collection, Document filter, int limit, List<Document> found) {
    DefaultQueryMatcher matcher = new DefaultQueryMatcher();
    Document byId = new Document("$query", new Document(ID, filter.get(ID)));
    for (Document candidate : collection.handleQuery(byId, 0, 0)) {
      if (matcher.matches(candidate, filter)) {
        found.add(candidate.cloneDeeply());
        if (found.size() == limit) {
          return;
        }
      }
    }
  }
}
