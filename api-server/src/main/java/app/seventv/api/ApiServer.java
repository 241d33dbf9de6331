package app.seventv.api;

import app.seventv.api.cache.ChangeLog;
import app.seventv.api.data.IndexBuilder;
import app.seventv.api.data.NatsBus;
import app.seventv.api.data.Store;
import app.seventv.api.uploads.ImageResults;
import app.seventv.api.web.ApiErrors;
import app.seventv.core.config.Config;
import app.seventv.core.config.Secret;
import app.seventv.core.content.Compression;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.UuidRepresentation;

/** The {@code api} service. */
public final class ApiServer implements RunningService {
  private final MongoClient mongo;
  private final Connection nats;
  private final Api api;
  private final ImageResults results;
  private final HttpServer server;
  private final ExecutorService compressors = Executors.newVirtualThreadPerTaskExecutor();

  private ApiServer(ServiceContext context) throws Exception {
    Config config = context.config();
    ConnectionString uri = new ConnectionString(config.get(MongoOptions.URI).reveal());
    this.mongo = MongoClients.create(settings(config, uri));
    try {
      Store store = new Store(mongo, MongoOptions.databaseName(config));
      IndexBuilder.createAll(store);
      this.nats = connect(config);
      try {
        this.api =
            new Api(config, context.version(), store, new NatsBus(nats), InstantSource.system());
        this.results = new ImageResults(nats, config.get(ApiConfig.TOPIC_PREFIX), api.results());
        api.memory().register(context.metrics());
        context.health().require("mongodb", () -> store.database().runCommand(ping()));
        context.health().require("nats", this::requireNats);
        this.server =
            context
                .httpServer(Compression.builder(compressors).build().wrap(api.handler()))
                .listen(HttpListener.plain(config.get(ApiConfig.BIND)))
                .errorMapper(new ApiErrors())
                .start();
      } catch (Exception e) {
        nats.close();
        throw e;
      }
    } catch (Exception e) {
      mongo.close();
      throw e;
    }
  }

  /** What the service is called, what it can be told, how it starts. */
  public static ServiceDefinition definition() {
    return ServiceDefinition.of("api", ApiServer.class, ApiConfig.SCHEMA, ApiServer::start);
  }

  /** Connects, creates indexes, listens. */
  static ApiServer start(ServiceContext context) throws Exception {
    return new ApiServer(context);
  }

  public static void main(String[] args) {
    ServiceMain.run(args, definition());
  }

  /** What has changed of late; tests wait for it. */
  ChangeLog changes() {
    return api.memory().changes();
  }

  /** Port of the public listener. */
  public int port() {
    return server.port();
  }

  /** Nothing waits for MongoDB for ever: what is said here, the connection string may change. */
  private static MongoClientSettings settings(Config config, ConnectionString uri) {
    long selectionMs = config.get(ApiConfig.DATABASE_SELECTION_TIMEOUT).toMillis();
    return MongoClientSettings.builder()
        .timeout(config.get(ApiConfig.DATABASE_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS)
        .applyToClusterSettings(
            cluster -> cluster.serverSelectionTimeout(selectionMs, TimeUnit.MILLISECONDS))
        .applyConnectionString(uri)
        .applicationName("api")
        .uuidRepresentation(UuidRepresentation.STANDARD)
        // A secondary may not have what the change stream has told already.
        .readPreference(ReadPreference.primary())
        .build();
  }

  private static Connection connect(Config config) throws IOException, InterruptedException {
    Options.Builder options =
        new Options.Builder()
            .connectionName("api")
            .servers(
                config.get(NatsOptions.SERVERS).stream()
                    .map(server -> server.contains("://") ? server : "nats://" + server)
                    .toArray(String[]::new))
            .maxReconnects(-1);
    config
        .get(ApiConfig.NATS_TOKEN)
        .map(Secret::reveal)
        .ifPresent(token -> options.token(token.toCharArray()));
    config
        .get(ApiConfig.NATS_USERNAME)
        .ifPresent(name ->
            options.userInfo(
                name, config.get(ApiConfig.NATS_PASSWORD).map(Secret::reveal).orElse("")));
    return Nats.connect(options.build());
  }

  private static BsonDocument ping() {
    return new BsonDocument("ping", new BsonInt32(1));
  }

  private void requireNats() throws IOException {
    if (nats.getStatus() != Connection.Status.CONNECTED) {
      throw new IOException("not connected: " + nats.getStatus());
    }
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    server.drain(limit);
  }

  @Override
  public void close() {
    server.close();
    compressors.shutdownNow();
    results.close();
    api.close();
    try {
      nats.flush(Duration.ofSeconds(1));
    } catch (Exception e) {
      // closing anyway: what is unsent after a second cannot be sent
    }
    try {
      nats.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    mongo.close();
  }
}
