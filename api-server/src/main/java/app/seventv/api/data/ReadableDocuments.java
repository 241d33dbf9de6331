package app.seventv.api.data;

import app.seventv.model.DocumentException;
import com.mongodb.client.MongoIterable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists that go on without a document that cannot be read (docs/deliberate-oddities.md). */
final class ReadableDocuments {
  private static final Logger LOG = LoggerFactory.getLogger(ReadableDocuments.class);

  private ReadableDocuments() {}

  /** Reads what can be read; the log names the rest. */
  static <T> List<T> all(
      MongoIterable<? extends BsonDocument> documents, Function<BsonDocument, T> read) {
    List<T> found = new ArrayList<>();
    documents.forEach(document -> {
      try {
        found.add(read.apply(document));
      } catch (DocumentException e) {
        LOG.warn("left out: {}", e.getMessage());
      }
    });
    return found;
  }
}
