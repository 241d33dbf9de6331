package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.client.MongoCollection;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;

/**
 * Leaderboards of emotes, one document per list: {@code {_id: "trending_day", emotes: [ids]}}, best
 * first (api-v4.md §10.1; a collection of ours where today's platform has a cache entry).
 */
public final class Rankings {
  static final String COLLECTION = CollectionNames.API_RANKINGS;

  private final MongoCollection<BsonDocument> collection;

  public Rankings(Store store) {
    this.collection = store.collection(COLLECTION);
  }

  /** For each list, the 1-based place of every emote in it. */
  public Map<String, Map<Id, Integer>> places(Collection<String> lists) {
    Map<String, Map<Id, Integer>> places = new HashMap<>();
    BsonArray names = new BsonArray(lists.stream().map(BsonString::new).toList());
    for (BsonDocument list :
        collection.find(new BsonDocument("_id", new BsonDocument("$in", names)))) {
      Map<Id, Integer> byEmote = new HashMap<>();
      for (var emote : list.getArray("emotes")) {
        byEmote.put(Id.fromBytes(emote.asBinary().getData()), byEmote.size() + 1);
      }
      places.put(list.getString("_id").getValue(), byEmote);
    }
    return places;
  }
}
