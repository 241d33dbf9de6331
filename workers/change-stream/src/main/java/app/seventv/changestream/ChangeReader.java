package app.seventv.changestream;

import app.seventv.model.CollectionNames;
import app.seventv.model.Indexes;
import app.seventv.model.change.ChangeEventJson;
import app.seventv.model.change.ChangeOperation;
import com.mongodb.MongoException;
import com.mongodb.client.ChangeStreamIterable;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the change stream of the database and publishes it, on a thread of its own (workers.md §2).
 * It opens the stream again after every failure, at the last event it has seen. Where the server
 * cannot resume, because the position is unknown to it, too old or before the end of the database,
 * events have been missed: it starts at the present and asks the search worker to compare every
 * collection.
 */
final class ChangeReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeReader.class);

  /**
   * Errors that another attempt at the same position cannot get past: oversized event, capped
   * position lost, bad token, fatal stream error, lost history.
   */
  private static final Set<Integer> POSITION_UNUSABLE = Set.of(10334, 136, 260, 280, 286);

  private static final Duration REOPEN_WAIT = Duration.ofSeconds(1);
  private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(5);
  private static final long SAVE_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

  /** Room for the headers within the server's limit for a message. */
  private static final int HEADER_BYTES = 512;

  private final ChangeStreamOptions options;
  private final MongoDatabase database;
  private final CompletableFuture<Connection> nats;
  private final ChangeStreamMetrics metrics;
  private final LongSupplier nanoTime;
  private final Consumer<Throwable> failure;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean closed;
  private @Nullable BsonDocument position;
  private @Nullable BsonDocument savedPosition;
  private long savedNanos;

  ChangeReader(
      ChangeStreamOptions options,
      MongoDatabase database,
      CompletableFuture<Connection> nats,
      ChangeStreamMetrics metrics,
      LongSupplier nanoTime,
      Consumer<Throwable> failure) {
    this.options = options;
    this.database = database;
    this.nats = nats;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.failure = failure;
    this.thread = Thread.ofPlatform().name("change-reader").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      Connection connection = nats.join();
      PositionStore positions = null;
      Publisher publisher = null;
      while (!stopping) {
        try {
          if (positions == null || publisher == null) {
            positions =
                PositionStore.open(connection, options.positionBucket(), options.databaseName());
            position = positions.load();
            publisher = publisher(connection);
          }
          watch(connection, positions, publisher);
        } catch (MongoException | IOException | JetStreamApiException e) {
          if (!stopping) {
            LOG.warn("changes are not arriving, trying again: {}", e.toString());
            Thread.sleep(REOPEN_WAIT);
          }
        }
      }
      if (!closed) {
        finish(positions, publisher);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!stopping) {
        failure.accept(e);
      }
    }
  }

  private Publisher publisher(Connection connection) throws IOException {
    JetStreamOptions jetStream = JetStreamOptions.builder().requestTimeout(PUBLISH_TIMEOUT).build();
    return new Publisher(
        connection.jetStream(jetStream), options.streamName(), options.backPressure(), metrics);
  }

  /** Saves how far everything has been acknowledged, so that the next start repeats little. */
  private void finish(@Nullable PositionStore positions, @Nullable Publisher publisher)
      throws InterruptedException {
    if (positions != null && publisher != null) {
      publisher.flush();
      try {
        save(positions, publisher.safeToken());
      } catch (IOException | JetStreamApiException e) {
        LOG.warn(
            "the position was not saved, the next start repeats some events: {}", e.toString());
      }
    }
  }

  private void watch(Connection connection, PositionStore positions, Publisher publisher)
      throws IOException, JetStreamApiException, InterruptedException {
    boolean missed = position == null;
    try (MongoChangeStreamCursor<BsonDocument> cursor = open()) {
      StreamSetup.ensure(connection, options.streamName());
      if (missed) {
        announceMissedEvents(publisher);
        position = cursor.getResumeToken();
      }
      LOG.info("watching database {}", options.databaseName());
      read(cursor, connection, positions, publisher);
    } catch (MongoException e) {
      if (!POSITION_UNUSABLE.contains(e.getCode())) {
        throw e;
      }
      LOG.error("events were missed, everything will be compared: {}", e.toString());
      restartFromNow(positions, publisher);
    }
  }

  private void read(
      MongoChangeStreamCursor<BsonDocument> cursor,
      Connection connection,
      PositionStore positions,
      Publisher publisher)
      throws IOException, JetStreamApiException, InterruptedException {
    while (!stopping) {
      BsonDocument event = cursor.tryNext();
      if (event == null) {
        publisher.collect();
        BsonDocument reached = cursor.getResumeToken();
        if (publisher.isIdle() && reached != null) {
          position = reached;
          saveAtIntervals(positions, reached);
        }
        continue;
      }
      String operation = operation(event);
      if (operation.equals(ChangeOperation.INVALIDATE)) {
        LOG.error("the database was dropped, everything will be compared");
        restartFromNow(positions, publisher);
        return;
      }
      BsonDocument token = event.getDocument("_id");
      handle(event, token, operation, connection, publisher);
      position = token;
      saveAtIntervals(positions, publisher.safeToken());
    }
  }

  /** Opens the stream; a change stream's cursor of raw events is one of its own kind. */
  private MongoChangeStreamCursor<BsonDocument> open() {
    ChangeStreamIterable<BsonDocument> stream = database.watch(BsonDocument.class);
    if (position != null) {
      stream.resumeAfter(position);
    }
    MongoCursor<BsonDocument> cursor = stream.withDocumentClass(BsonDocument.class).cursor();
    return (MongoChangeStreamCursor<BsonDocument>) cursor;
  }

  private void handle(
      BsonDocument event,
      BsonDocument token,
      String operation,
      Connection connection,
      Publisher publisher)
      throws InterruptedException {
    String collection = EventFilter.collection(event);
    EventFilter filter = EventFilter.of(event);
    long wallTimeMs = event.get("wallTime") instanceof BsonDateTime time ? time.getValue() : 0;
    metrics.event(
        options.databaseName(),
        collection,
        filter == EventFilter.SEARCH_UPDATE ? "search_update" : label(operation),
        wallTimeMs);
    if (filter != EventFilter.PUBLISH) {
      return;
    }
    byte[] body = ChangeEventJson.write(event);
    if (body.length + HEADER_BYTES > connection.getMaxPayload()) {
      body = ChangeEventJson.writeWithoutContent(event);
    }
    publisher.publish(MessageId.of(token), collection, body, token);
  }

  private static String operation(BsonDocument event) {
    return event.get("operationType") instanceof BsonString text ? text.getValue() : "";
  }

  private static String label(String operation) {
    return operation.equals("dropDatabase") ? "drop_database" : operation;
  }

  private void announceMissedEvents(Publisher publisher) throws InterruptedException {
    metrics.historyLost();
    List<String> collections = new ArrayList<>(Indexes.SEARCHABLE);
    collections.add(CollectionNames.ENTITLEMENT_EDGES);
    String occasion = UUID.randomUUID().toString();
    for (String collection : collections) {
      byte[] body = ChangeEventJson.writeInvalidation(options.databaseName(), collection);
      publisher.publish(occasion + ":" + collection, collection, body, null);
    }
    publisher.flush();
  }

  private void restartFromNow(PositionStore positions, Publisher publisher)
      throws IOException, JetStreamApiException, InterruptedException {
    publisher.flush();
    publisher.forgetToken();
    positions.clear();
    position = null;
    savedPosition = null;
  }

  private void saveAtIntervals(PositionStore positions, @Nullable BsonDocument token)
      throws IOException, JetStreamApiException {
    if (nanoTime.getAsLong() - savedNanos >= SAVE_INTERVAL_NANOS) {
      save(positions, token);
    }
  }

  private void save(PositionStore positions, @Nullable BsonDocument token)
      throws IOException, JetStreamApiException {
    if (token != null && !token.equals(savedPosition)) {
      positions.save(token);
      savedPosition = token;
      savedNanos = nanoTime.getAsLong();
    }
  }

  /** Stops reading and waits until what was read is acknowledged, at most for the limit. */
  void drain(Duration limit) throws InterruptedException {
    stopping = true;
    thread.join(limit);
  }

  @Override
  public void close() {
    stopping = true;
    closed = true;
    thread.interrupt();
  }
}
