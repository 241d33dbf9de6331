package app.seventv.api.data;

import app.seventv.model.Index;
import app.seventv.model.Indexes;
import com.mongodb.client.model.IndexOptions;
import java.util.concurrent.TimeUnit;

/** Creates the platform's indexes, which is the API's task at its start (data-model.md §1). */
public final class IndexBuilder {
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
      store.collection(index.collection()).createIndex(index.keysToBson(), options);
    }
  }
}
