package app.seventv.core.mongo;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.util.concurrent.TimeUnit;
import org.bson.UuidRepresentation;

/** The {@code database} option group (operations.md §2.4) and the client made from it. */
public final class MongoOptions {
  /** Address of the cluster with the database's name; it may hold a password. */
  public static final Key<Secret> URI =
      Key.secret(
          "database.uri",
          "mongodb://localhost:27017/7tv",
          "MongoDB connection string; it must name a database.");

  /** The key above and its rule. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder().add(URI).check(MongoOptions::checkUri).build();

  /** How long an operation waits for a usable server before it fails. */
  private static final int SERVER_SELECTION_SECONDS = 5;

  private static final int CONNECT_SECONDS = 2;

  private MongoOptions() {}

  /** The rule for {@link #URI}, for services that have it with another default. */
  public static void checkUri(Config config, ConfigCheck.Problems problems) {
    try {
      if (new ConnectionString(config.get(URI).reveal()).getDatabase() == null) {
        problems.add(URI, "must name a database, as mongodb://host:27017/7tv");
      }
    } catch (IllegalArgumentException e) {
      // The driver's message may repeat the string, password and all.
      problems.add(URI, "is not a MongoDB connection string");
    }
  }

  /**
   * Creates a client; it connects by itself and does not fail while no server is up. Ids are
   * written as binary subtype 4. Timeouts in the connection string win over the defaults here.
   *
   * @param name application name shown in the server's logs
   */
  public static MongoClient connect(Config config, String name) {
    MongoClientSettings settings =
        MongoClientSettings.builder()
            .uuidRepresentation(UuidRepresentation.STANDARD)
            .applicationName(name)
            .applyToClusterSettings(cluster ->
                cluster.serverSelectionTimeout(SERVER_SELECTION_SECONDS, TimeUnit.SECONDS))
            .applyToSocketSettings(
                socket -> socket.connectTimeout(CONNECT_SECONDS, TimeUnit.SECONDS))
            .applyConnectionString(new ConnectionString(config.get(URI).reveal()))
            .build();
    return MongoClients.create(settings);
  }

  /** The name of the database. */
  public static String databaseName(Config config) {
    String name = new ConnectionString(config.get(URI).reveal()).getDatabase();
    if (name == null) {
      throw new IllegalArgumentException("database.uri names no database");
    }
    return name;
  }
}
