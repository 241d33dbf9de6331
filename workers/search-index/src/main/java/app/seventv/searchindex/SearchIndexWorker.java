package app.seventv.searchindex;

import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import io.nats.client.Connection;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker that keeps the search index in line with the database, as a process. */
public final class SearchIndexWorker implements RunningService {
  /** Name in logs, metrics and towards the servers. */
  static final String NAME = "mongo-typesense";

  /** How the harness starts this service. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of(
          NAME, SearchIndexWorker.class, SearchIndexOptions.SCHEMA, SearchIndexWorker::new);

  private static final Logger LOG = LoggerFactory.getLogger(SearchIndexWorker.class);
  private static final BsonDocument PING = new BsonDocument("ping", new BsonInt32(1));
  private static final Duration SETUP_RETRY = Duration.ofSeconds(1);

  private final MongoClient mongo;
  private final MongoDatabase database;
  private final CompletableFuture<Connection> nats;
  private final TypesenseClient typesense;
  private final HealthGate gate;
  private final Intake intake;
  private final CatchUp catchUp;
  private final Thread setup;

  private SearchIndexWorker(ServiceContext context) {
    SearchIndexOptions options = new SearchIndexOptions(context.config());
    mongo = MongoOptions.connect(options.config(), NAME);
    database = mongo.getDatabase(options.databaseName());
    nats = NatsOptions.connectInBackground(options.config(), NAME);
    typesense = new TypesenseClient(options.typesenseUri(), options.typesenseApiKey());
    gate =
        new HealthGate(
            List.of(
                () -> NatsOptions.requireConnected(nats), this::checkMongo, typesense::checkHealth),
            System::nanoTime);
    context.health().require("nats", () -> NatsOptions.requireConnected(nats));
    context.health().require("mongodb", this::checkMongo);
    context.health().require("typesense", typesense::checkHealth);

    Clock clock = Clock.systemUTC();
    IndexMetrics metrics = new IndexMetrics(context.metrics());
    Store store = new Store(database);
    SearchIndex index = new SearchIndex(typesense);
    IndexedCollections collections = new IndexedCollections(store);
    Reconciliation reconciliation = new Reconciliation(store, index, metrics, clock);
    IndexWork work = new IndexWork(collections, store, index, reconciliation, gate, clock);
    context.metrics().gauge("typesense_keys", "Documents being worked on.", work::size);
    intake = new Intake(options, nats, work, gate, metrics, clock, context::fail);
    catchUp =
        new CatchUp(
            collections.all().stream().map(IndexedCollection::name).toList(),
            store,
            work,
            gate,
            metrics,
            clock,
            RandomGenerator.getDefault());
    setup = Thread.ofVirtual().name("setup").start(() -> start(collections, store, index));
  }

  /** Creates what is missing in the search index, then lets the work begin. */
  private void start(IndexedCollections collections, Store store, SearchIndex index) {
    try {
      boolean done = false;
      while (!done) {
        gate.await();
        try {
          for (IndexedCollection<?> collection : collections.all()) {
            // Whatever was marked as indexed was so in an index that is no more.
            index.ensure(collection.schema(), () -> store.clearMarks(collection.name()));
          }
          done = true;
        } catch (IOException | RuntimeException e) {
          LOG.warn("the search index cannot be set up, trying again: {}", e.toString());
          gate.verify();
          Thread.sleep(SETUP_RETRY);
        }
      }
      intake.start();
      catchUp.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkMongo() {
    database.runCommand(PING);
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    setup.interrupt();
    catchUp.close();
    intake.drain(limit);
    Connection connection = nats.getNow(null);
    if (connection != null && connection.getStatus() == Connection.Status.CONNECTED) {
      try {
        connection.flush(Duration.ofSeconds(1)); // the last acknowledgements
      } catch (TimeoutException e) {
        LOG.warn("some messages will be delivered again: {}", e.toString());
      }
    }
  }

  @Override
  public void close() {
    gate.stop();
    setup.interrupt();
    catchUp.close();
    intake.close();
    typesense.close();
    mongo.close();
    NatsOptions.close(nats);
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }
}
