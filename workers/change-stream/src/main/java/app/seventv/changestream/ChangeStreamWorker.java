package app.seventv.changestream;

import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** The worker that carries changes of the database to the bus, as a process (workers.md §2). */
public final class ChangeStreamWorker implements RunningService {
  /** Name in logs, metrics and towards the servers. */
  static final String NAME = "mongo-change-stream";

  /** How the harness starts this service. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of(
          NAME, ChangeStreamWorker.class, ChangeStreamOptions.SCHEMA, ChangeStreamWorker::new);

  private static final BsonDocument PING = new BsonDocument("ping", new BsonInt32(1));

  private final MongoClient mongo;
  private final CompletableFuture<Connection> nats;
  private final ChangeReader reader;

  private ChangeStreamWorker(ServiceContext context) {
    ChangeStreamOptions options = new ChangeStreamOptions(context.config());
    mongo = MongoOptions.connect(options.config(), NAME);
    nats = NatsOptions.connectInBackground(options.config(), NAME);
    MongoDatabase database = mongo.getDatabase(options.databaseName());
    context.health().require("mongodb", () -> database.runCommand(PING));
    context.health().require("nats", () -> NatsOptions.requireConnected(nats));
    reader =
        new ChangeReader(
            options,
            database,
            nats,
            new ChangeStreamMetrics(context.metrics()),
            System::nanoTime,
            context::fail);
    reader.start();
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    reader.drain(limit);
  }

  @Override
  public void close() {
    reader.close();
    mongo.close();
    NatsOptions.close(nats);
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }
}
