package app.seventv.searchindex;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.model.change.ChangeStreamNames;
import java.net.URI;
import java.util.Optional;

/** Settings of the worker (workers.md §4.1). */
final class SearchIndexOptions {
  private static final Key<URI> TYPESENSE_URI =
      Key.url("typesense.uri", "http://localhost:8108", "Address of Typesense.");
  private static final Key<Optional<Secret>> TYPESENSE_API_KEY =
      Key.secret("typesense.api_key", "Key of Typesense.");
  private static final Key<String> NATS_PREFIX =
      Key.string(
          "triggers.nats_prefix", "seventv", "Prefix of the stream's name, as the publisher's.");
  private static final Key<Integer> CONCURRENCY =
      Key.integer(
          "triggers.typesense_concurrency", 10_000, 1, 100_000, "Messages processed at once.");

  /** All keys. */
  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .include(MongoOptions.SCHEMA)
          .include(NatsOptions.SCHEMA)
          .add(TYPESENSE_URI, TYPESENSE_API_KEY, NATS_PREFIX, CONCURRENCY)
          .ignore("is not used: the database is that of database.uri", "triggers.seventv_database")
          .ignore("is not used: statistics are not written", "clickhouse")
          .build();

  private final Config config;

  SearchIndexOptions(Config config) {
    this.config = config;
  }

  Config config() {
    return config;
  }

  String databaseName() {
    return MongoOptions.databaseName(config);
  }

  URI typesenseUri() {
    return config.get(TYPESENSE_URI);
  }

  String typesenseApiKey() {
    return config.get(TYPESENSE_API_KEY).map(Secret::reveal).orElse("");
  }

  String streamName() {
    return ChangeStreamNames.stream(config.get(NATS_PREFIX));
  }

  int concurrency() {
    return config.get(CONCURRENCY);
  }
}
