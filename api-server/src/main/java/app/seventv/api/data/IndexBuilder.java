package app.seventv.api.data;

import app.seventv.model.Index;
import app.seventv.model.Indexes;
import com.mongodb.MongoCommandException;
import com.mongodb.client.model.IndexOptions;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the platform's indexes, which is the API's task at its start (data-model.md §1). */
public final class IndexBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(IndexBuilder.class);
  private static final int INDEX_OPTIONS_CONFLICT = 85;
  private static final int INDEX_KEY_SPECS_CONFLICT = 86;

  private IndexBuilder() {}

  /** Creates what is missing; existing equal indexes are left alone by the server. */
  public static void createAll(Store store) {
    for (Index index : Indexes.PLATFORM) {
      IndexOptions options =
          new IndexOptions().name(index.name()).unique(index.unique()).sparse(index.sparse());
      if (index.expireAfterSeconds() != null) {
        options.expireAfter(index.expireAfterSeconds(), TimeUnit.SECONDS);
      }
      if (index.partialFilter() != null) {
        options.partialFilterExpression(index.partialFilter());
      }
      create(store, index, options);
    }
  }

  /** An older database may hold the same keys with other options: that is for an operator. */
  private static void create(Store store, Index index, IndexOptions options) {
    try {
      store
          .collection(index.collection())
          .withTimeout(0, TimeUnit.MILLISECONDS) // a large collection takes its time
          .createIndex(index.keysToBson(), options);
    } catch (MongoCommandException e) {
      if (e.getErrorCode() != INDEX_OPTIONS_CONFLICT
          && e.getErrorCode() != INDEX_KEY_SPECS_CONFLICT) {
        throw e;
      }
      LOG.warn(
          "index {} of {} exists with other options and stays as it is",
          index.name(),
          index.collection());
    }
  }
}
