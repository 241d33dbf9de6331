package app.seventv.changestream;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.model.change.ChangeStreamNames;

/** Settings of the worker (workers.md §2.1). */
final class ChangeStreamOptions {
  private static final Key<String> NATS_PREFIX =
      Key.string("nats_prefix", "seventv", "Prefix of the JetStream stream's name.");
  private static final Key<Integer> BACK_PRESSURE =
      Key.integer(
          "back_pressure", 1000, 1, 100_000, "Publishes waiting for their acknowledgement.");

  /** All keys. */
  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .include(MongoOptions.SCHEMA)
          .include(NatsOptions.SCHEMA)
          .add(NATS_PREFIX, BACK_PRESSURE)
          .build();

  private final Config config;

  ChangeStreamOptions(Config config) {
    this.config = config;
  }

  Config config() {
    return config;
  }

  String databaseName() {
    return MongoOptions.databaseName(config);
  }

  /** Name of the stream and of its subject. */
  String streamName() {
    return ChangeStreamNames.stream(config.get(NATS_PREFIX));
  }

  /** Name of the key-value bucket that holds the position. */
  String positionBucket() {
    String prefix = ChangeStreamNames.normalize(config.get(NATS_PREFIX));
    return prefix.replaceAll("[^A-Za-z0-9_-]", "_") + "_mongo-change-stream";
  }

  int backPressure() {
    return config.get(BACK_PRESSURE);
  }
}
