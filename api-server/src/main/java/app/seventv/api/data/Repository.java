package app.seventv.api.data;

import app.seventv.model.DocumentException;
import app.seventv.model.Id;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Typed reads of one collection.
 *
 * @param collection where the documents are
 * @param read from stored form to record
 * @param id the record's id
 * @param skipsUnreadable whether lists go on without a document that is not what it should be, as a
 *     newer release may write it: one emote must not take a whole set away. Not for what
 *     permissions are made of, where less may mean more. Reads of one document and those inside a
 *     transaction always fail.
 * @param <T> record of the collection
 */
public record Repository<T>(
    MongoCollection<BsonDocument> collection,
    Function<BsonDocument, T> read,
    Function<T, Id> id,
    boolean skipsUnreadable) {
  private static final Logger LOG = LoggerFactory.getLogger(Repository.class);

  /** Most values in one {@code $in}. */
  private static final int MAX_IN = 1000;

  public @Nullable T byId(Id key) {
    return first(collection.find(idFilter(key), RawBsonDocument.class));
  }

  /** Reads inside a transaction. */
  public @Nullable T byId(ClientSession session, Id key) {
    return first(collection.find(session, idFilter(key), RawBsonDocument.class));
  }

  /** The documents that exist, by id. */
  public Map<Id, T> byIds(Collection<Id> keys) {
    Map<Id, T> found = HashMap.newHashMap(keys.size());
    for (T item : in("_id", keys.stream().map(Id::toBson).toList())) {
      found.put(id.apply(item), item);
    }
    return found;
  }

  /** As {@link #byIds} without fields that need not be there, which do not cross the wire. */
  public Map<Id, T> byIdsWithout(List<String> fields, Collection<Id> keys) {
    Map<Id, T> found = HashMap.newHashMap(keys.size());
    for (T item : in("_id", keys.stream().map(Id::toBson).toList(), without(fields))) {
      found.put(id.apply(item), item);
    }
    return found;
  }

  private static BsonDocument without(List<String> fields) {
    BsonDocument projection = new BsonDocument();
    fields.forEach(field -> projection.append(field, new BsonInt32(0)));
    return projection;
  }

  /** All documents whose {@code field} is one of the values, in storage order. */
  public List<T> in(String field, List<? extends BsonValue> values) {
    return in(field, values, new BsonDocument());
  }

  private List<T> in(String field, List<? extends BsonValue> values, BsonDocument projection) {
    List<T> found = new ArrayList<>();
    for (int from = 0; from < values.size(); from += MAX_IN) {
      BsonArray batch = new BsonArray(values.subList(from, Math.min(values.size(), from + MAX_IN)));
      BsonDocument filter = new BsonDocument(field, new BsonDocument("$in", batch));
      addAll(collection.find(filter, RawBsonDocument.class).projection(projection), found);
    }
    return found;
  }

  private List<T> addAll(FindIterable<RawBsonDocument> cursor, List<T> found) {
    try (MongoCursor<RawBsonDocument> documents = cursor.iterator()) {
      while (documents.hasNext()) {
        try {
          found.add(read.apply(documents.next()));
        } catch (DocumentException e) {
          if (!skipsUnreadable) {
            throw e;
          }
          LOG.warn("left out: {}", e.getMessage());
        }
      }
    }
    return found;
  }

  /** Documents that match a filter, ascending by id. */
  public List<T> find(Bson filter) {
    return addAll(
        collection
            .find(filter, RawBsonDocument.class)
            .sort(new BsonDocument("_id", new BsonInt32(1))),
        new ArrayList<>());
  }

  /** One page of the documents that match, in the given order. */
  public List<T> page(Bson filter, Bson sort, int skip, int limit) {
    return addAll(
        collection.find(filter, RawBsonDocument.class).sort(sort).skip(skip).limit(limit),
        new ArrayList<>());
  }

  /** Reads inside a transaction, ascending by id. */
  public List<T> find(ClientSession session, Bson filter) {
    return collection
        .find(session, filter, RawBsonDocument.class)
        .sort(new BsonDocument("_id", new BsonInt32(1)))
        .map(read::apply)
        .into(new ArrayList<>());
  }

  public @Nullable T findFirst(Bson filter) {
    return first(collection.find(filter, RawBsonDocument.class));
  }

  /** The same without fields that need not be there. */
  public @Nullable T findFirstWithout(List<String> fields, Bson filter) {
    return first(collection.find(filter, RawBsonDocument.class).projection(without(fields)));
  }

  /** Reads inside a transaction. */
  public @Nullable T findFirst(ClientSession session, Bson filter) {
    return first(collection.find(session, filter, RawBsonDocument.class));
  }

  private @Nullable T first(FindIterable<RawBsonDocument> cursor) {
    BsonDocument document = cursor.first();
    return document == null ? null : read.apply(document);
  }

  private static BsonDocument idFilter(Id key) {
    return new BsonDocument("_id", key.toBson());
  }
}
