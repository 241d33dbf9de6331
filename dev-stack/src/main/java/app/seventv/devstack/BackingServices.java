package app.seventv.devstack;

import app.seventv.devstack.login.DevLogin;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.s3.DevS3;
import app.seventv.devstack.seed.Seed;
import app.seventv.devstack.typesense.DevTypesense;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * The services behind the platform: MongoDB, S3, Typesense and the login provider in this process,
 * nats-server as its child.
 */
final class BackingServices {
  private final Addresses at;
  private final DataFolder data;
  private final Terminal terminal;
  private final Teardown teardown;

  BackingServices(Addresses addresses, DataFolder data, Terminal terminal, Teardown teardown) {
    this.at = addresses;
    this.data = data;
    this.terminal = terminal;
    this.teardown = teardown;
  }

  /** Starts one server and hands it to the teardown. */
  @FunctionalInterface
  private interface Starter {
    AutoCloseable start() throws IOException, InterruptedException;
  }

  /** Starts all, and writes the seed rows that are missing. */
  void start(Clock clock) throws IOException, InterruptedException {
    start(
        "mongodb",
        () ->
            DevMongoServer.onFile(
                data.sub("mongodb").resolve("platform.db"), at.port(Port.MONGODB)));
    start(
        "nats",
        () ->
            DevNats.start(
                data.sub("nats"),
                data.sub("log").resolve("nats.log"),
                at.port(Port.NATS),
                at.port(Port.NATS_MONITOR),
                terminal::died));
    start("s3", () -> DevS3.start(data.sub("s3"), at.port(Port.S3)));
    start(
        "typesense",
        () ->
            DevTypesense.start(
                at.port(Port.TYPESENSE), data.sub("typesense"), ServiceConfigs.TYPESENSE_API_KEY));
    start("login provider", () -> DevLogin.start(at.port(Port.LOGIN), clock));
    start(
        "seed rows",
        () -> {
          MongoClient client = MongoClients.create(at.mongoUri());
          Seed.apply(client.getDatabase("7tv"), clock.instant());
          return client;
        });
  }

  private void start(String name, Starter starter) throws IOException, InterruptedException {
    long startNs = System.nanoTime();
    teardown.add(starter.start());
    terminal.ready(name, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
  }
}
