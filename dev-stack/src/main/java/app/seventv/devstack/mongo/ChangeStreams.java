package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.CommandFailure.NON_RESUMABLE;
import static app.seventv.devstack.mongo.Docs.ID;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The open change streams: cursors over the {@link ChangeJournal}. */
final class ChangeStreams {

  /** Cursor ids of the wrapped server start at one; ours stay clear of them. */
  private static final long FIRST_CURSOR_ID = 1L << 40;

  /** What a server waits for news when the client does not say. */
  private static final long DEFAULT_WAIT_MS = 1000;

  private static final long MAX_WAIT_MS = 60_000;
  private static final int MAX_BATCH = 100;
  private static final int MAX_OPEN = 1000;

  private static final Set<String> OPTIONS =
      Set.of(
          "resumeAfter",
          "startAfter",
          "startAtOperationTime",
          "fullDocument",
          "fullDocumentBeforeChange",
          "allChangesForCluster",
          "showExpandedEvents");

  private static final Set<String> STAGES =
      Set.of(
          "$match",
          "$project",
          "$addFields",
          "$unset",
          "$replaceRoot",
          "$redact",
          "$set",
          "$replaceWith");

  private final ChangeJournal journal;
  private final DocumentStore store;
  private final Pipelines pipelines;
  private final Map<Long, Cursor> cursors = new ConcurrentHashMap<>();
  private final AtomicLong nextId = new AtomicLong(FIRST_CURSOR_ID);

  ChangeStreams(ChangeJournal journal, DocumentStore store, Pipelines pipelines) {
    this.journal = journal;
    this.store = store;
    this.pipelines = pipelines;
  }

  /** One stream; its monitor is held while a batch is read. */
  private static final class Cursor {
    final long id;
    final @Nullable String database;
    final @Nullable String collection;
    final boolean lookUp;
    final List<Document> stages;
    long position;
    boolean invalidated;

    Cursor(
        long id,
        @Nullable String database,
        @Nullable String collection,
        boolean lookUp,
        List<Document> stages) {
      this.id = id;
      this.database = database;
      this.collection = collection;
      this.lookUp = lookUp;
      this.stages = stages;
    }

    boolean covers(Document event) {
      Document ns = Docs.documentOrEmpty(event, "ns");
      return (database == null || database.equals(ns.get("db")))
          && (collection == null || collection.equals(ns.get("coll")));
    }

    /** A stream ends when what it watches is gone. */
    boolean endsWith(Document event) {
      String operation = Docs.string(event, "operationType");
      return switch (operation) {
        case "drop", "rename" -> collection != null;
        case "dropDatabase" -> database != null && collection == null;
        default -> false;
      };
    }

    String namespace() {
      return (database == null ? "admin" : database)
          + "."
          + (collection == null ? "$cmd.aggregate" : collection);
    }
  }

  /** Opens a stream for an {@code aggregate} command whose first stage is {@code $changeStream}. */
  Document open(String database, Document command) {
    List<Document> stages = Docs.documents(command, "pipeline");
    Document options = Docs.documentOrEmpty(stages.getFirst(), "$changeStream");
    List<Document> rest = stages.subList(1, stages.size());
    check(options, rest);
    Object target = command.get("aggregate");
    Cursor cursor =
        new Cursor(
            nextId.getAndIncrement(),
            Docs.flag(options, "allChangesForCluster") ? null : database,
            target instanceof String name ? name : null,
            "updateLookup".equals(options.get("fullDocument")),
            pipelines.rewrite(rest));
    cursor.position = startPosition(options);
    if (cursors.size() >= MAX_OPEN) {
      throw new CommandFailure(
          146, "ExceededMemoryLimit", "more than " + MAX_OPEN + " open change streams");
    }
    cursors.put(cursor.id, cursor);
    long batchSize = Docs.number(Docs.documentOrEmpty(command, "cursor"), "batchSize", MAX_BATCH);
    return batch(cursor, "firstBatch", batchSize, 0);
  }

  private static void check(Document options, List<Document> stages) {
    for (String option : options.keySet()) {
      if (!OPTIONS.contains(option)) {
        throw CommandFailure.unsupported("change stream option " + option);
      }
    }
    if (Docs.flag(options, "showExpandedEvents")) {
      throw CommandFailure.unsupported("change stream option showExpandedEvents");
    }
    Object before = options.get("fullDocumentBeforeChange");
    if (before != null && !"off".equals(before)) {
      throw CommandFailure.unsupported("the state before the change (pre-image)");
    }
    Object full = options.get("fullDocument");
    if (full != null && !"default".equals(full) && !"updateLookup".equals(full)) {
      throw CommandFailure.unsupported("fullDocument: " + full + " (post-image)");
    }
    for (Document stage : stages) {
      if (!STAGES.contains(Docs.firstKey(stage))) {
        throw CommandFailure.unsupported("stage " + Docs.firstKey(stage) + " in a change stream");
      }
    }
  }

  private long startPosition(Document options) {
    Document resumeAfter = Docs.document(options, "resumeAfter");
    Document startAfter = Docs.document(options, "startAfter");
    if (resumeAfter != null || startAfter != null) {
      return resumePosition(resumeAfter, startAfter);
    }
    return options.get("startAtOperationTime") instanceof BsonTimestamp time
        ? journal.before(time)
        : journal.last();
  }

  private long resumePosition(@Nullable Document resumeAfter, @Nullable Document startAfter) {
    ResumeToken token;
    if (startAfter != null) {
      token = ResumeToken.parse(startAfter);
    } else {
      token = ResumeToken.parse(resumeAfter == null ? new Document() : resumeAfter);
      if (token.invalidate()) {
        throw ResumeToken.invalid(
            "Attempting to resume a change stream using 'resumeAfter' is not allowed from an"
                + " invalidate notification.");
      }
    }
    if (token.incarnation() != journal.incarnation() || !journal.reachesBackTo(token.position())) {
      throw new CommandFailure(
          286,
          "ChangeStreamHistoryLost",
          "Resume of change stream was not possible, as the resume point may no longer be in the"
              + " oplog.",
          NON_RESUMABLE);
    }
    return token.position();
  }

  boolean owns(long cursorId) {
    return cursorId >= FIRST_CURSOR_ID;
  }

  Document getMore(Document command) {
    Cursor cursor = cursors.get(Docs.number(command, "getMore", 0));
    if (cursor == null) {
      throw new CommandFailure(
          43, "CursorNotFound", "cursor id " + command.get("getMore") + " not found");
    }
    long waitMs = Math.min(Docs.number(command, "maxTimeMS", DEFAULT_WAIT_MS), MAX_WAIT_MS);
    return batch(cursor, "nextBatch", Docs.number(command, "batchSize", MAX_BATCH), waitMs);
  }

  boolean kill(long cursorId) {
    return cursors.remove(cursorId) != null;
  }

  private Document batch(Cursor cursor, String field, long batchSize, long waitMs) {
    int max = batchSize <= 0 ? MAX_BATCH : (int) Math.min(batchSize, MAX_BATCH);
    long deadline = System.nanoTime() + waitMs * 1_000_000;
    synchronized (cursor) {
      List<Document> events = new ArrayList<>();
      try {
        read(cursor, max, events);
        while (events.isEmpty() && cursors.containsKey(cursor.id)) {
          long leftNanos = deadline - System.nanoTime();
          if (leftNanos <= 0 || journal.isClosed()) {
            break;
          }
          journal.awaitAfter(cursor.position, Duration.ofNanos(leftNanos));
          read(cursor, max, events);
        }
      } catch (RuntimeException e) {
        cursors.remove(cursor.id);
        throw e;
      }
      if (cursor.invalidated) {
        cursors.remove(cursor.id);
      }
      Document reply =
          new Document("id", cursor.invalidated ? 0L : cursor.id)
              .append("ns", cursor.namespace())
              .append(field, events)
              .append("postBatchResumeToken", token(cursor.position, cursor.invalidated));
      return new Document("cursor", reply).append("ok", 1.0);
    }
  }

  private void read(Cursor cursor, int max, List<Document> into) {
    for (ChangeJournal.Entry entry : journal.after(cursor.position, max)) {
      cursor.position = entry.position();
      if (!cursor.covers(entry.event())) {
        continue;
      }
      show(cursor, view(cursor, entry), into);
      if (cursor.endsWith(entry.event())) {
        cursor.invalidated = true;
        Document invalidate =
            new Document(ID, token(entry.position(), true))
                .append("operationType", "invalidate")
                .append("clusterTime", entry.event().get("clusterTime"))
                .append("wallTime", entry.event().get("wallTime"));
        show(cursor, invalidate, into);
        return;
      }
    }
  }

  /** The event as this stream asked for it; the kept one is not touched. */
  private Document view(Cursor cursor, ChangeJournal.Entry entry) {
    Document event = new Document(ID, token(entry.position(), false));
    event.putAll(entry.event().cloneDeeply());
    if (cursor.lookUp && "update".equals(event.get("operationType"))) {
      Document ns = Docs.documentOrEmpty(event, "ns");
      Namespace name = new Namespace(Docs.string(ns, "db"), Docs.string(ns, "coll"));
      Object id = Docs.documentOrEmpty(event, "documentKey").get(ID);
      event.append("fullDocument", store.byId(name, id));
    }
    return event;
  }

  private void show(Cursor cursor, Document event, List<Document> into) {
    Object token = event.get(ID);
    for (Document shown : pipelines.run(cursor.stages, Stream.of(event))) {
      if (!Objects.equals(token, shown.get(ID))) {
        throw new CommandFailure(
            280,
            "ChangeStreamFatalError",
            "Only transformations that retain the unmodified _id field are allowed.",
            NON_RESUMABLE);
      }
      into.add(shown);
    }
  }

  private Document token(long position, boolean invalidate) {
    return new ResumeToken(journal.incarnation(), position, invalidate).toDocument();
  }
}
