package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Refuses an index beside which a real server would not have an existing one. */
final class IndexConflicts {
  private static final String KEY = "key";
  private static final String NAME = "name";

  private IndexConflicts() {}

  /** Fails with 85 or 86 as a real server does; equal indexes are no conflict. */
  static void check(List<Document> existing, Document wanted) {
    for (Document known : existing) {
      boolean sameName = Objects.equals(known.get(NAME), wanted.get(NAME));
      boolean equivalent = signature(known).equals(signature(wanted));
      if (sameName && !equivalent) {
        throw new CommandFailure(
            86,
            "IndexKeySpecsConflict",
            "An existing index has the same name as the requested index: " + wanted.get(NAME));
      }
      if (equivalent && !(sameName && Objects.equals(expiry(known), expiry(wanted)))) {
        throw new CommandFailure(
            85,
            "IndexOptionsConflict",
            "An equivalent index already exists with another name or options: " + wanted.get(NAME));
      }
    }
  }

  /** What makes two indexes the same one, whatever they are called. */
  private static List<@Nullable Object> signature(Document index) {
    StringBuilder key = new StringBuilder();
    Docs.documentOrEmpty(index, KEY)
        .forEach((field, direction) ->
            key.append(field).append(':').append(((Number) direction).intValue()).append(' '));
    return List.of(
        key.toString(),
        Boolean.TRUE.equals(index.get("unique")),
        Boolean.TRUE.equals(index.get("sparse")),
        Docs.documentOrEmpty(index, "partialFilterExpression"));
  }

  private static @Nullable Long expiry(Document index) {
    return index.get("expireAfterSeconds") instanceof Number seconds ? seconds.longValue() : null;
  }
}
