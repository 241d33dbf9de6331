package app.seventv.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;

/**
 * Declaration of a MongoDB index.
 *
 * @param keys field path → 1 (ascending) or −1 (descending), in order
 * @param sparse leaves out documents that have none of the fields
 * @param expireAfterSeconds documents are removed this long after the indexed date, null = never
 * @param partialFilter the documents that are indexed, null = all
 */
public record Index(
    String collection,
    SequencedMap<String, Integer> keys,
    boolean unique,
    boolean sparse,
    @Nullable Long expireAfterSeconds,
    @Nullable BsonDocument partialFilter) {

  /** An ascending index over fields, in order. */
  public static Index ascending(String collection, String... fields) {
    SequencedMap<String, Integer> keys = new LinkedHashMap<>();
    for (String field : fields) {
      keys.put(field, 1);
    }
    return new Index(collection, keys, false, false, null, null);
  }

  /** The same index, refusing equal keys. */
  public Index asUnique() {
    return new Index(collection, keys, true, sparse, expireAfterSeconds, partialFilter);
  }

  /** The same index, over documents that have a key only. */
  public Index asSparse() {
    return new Index(collection, keys, unique, true, expireAfterSeconds, partialFilter);
  }

  /** The same index, removing documents after the date it holds. */
  public Index expiringAfterSeconds(long seconds) {
    return new Index(collection, keys, unique, sparse, seconds, partialFilter);
  }

  /** The same index, over the documents that match only. */
  public Index where(BsonDocument filter) {
    return new Index(collection, keys, unique, sparse, expireAfterSeconds, filter);
  }

  /** The same index, with one more descending field. */
  public Index thenDescending(String field) {
    SequencedMap<String, Integer> more = new LinkedHashMap<>(keys);
    more.put(field, -1);
    return new Index(collection, more, unique, sparse, expireAfterSeconds, partialFilter);
  }

  /** The name MongoDB gives by default, e.g. {@code kind_1_user_id_1}. */
  public String name() {
    StringBuilder name = new StringBuilder();
    for (Map.Entry<String, Integer> key : keys.entrySet()) {
      name.append(name.isEmpty() ? "" : "_")
          .append(key.getKey())
          .append('_')
          .append(key.getValue());
    }
    return name.toString();
  }

  /** The key document. */
  public BsonDocument keysToBson() {
    BsonDocument document = new BsonDocument();
    keys.forEach((field, direction) -> document.append(field, new BsonInt32(direction)));
    return document;
  }
}
