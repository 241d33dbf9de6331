package app.seventv.api.cache;

import com.mongodb.MongoException;
import com.mongodb.client.MongoChangeStreamCursor;
import org.bson.BsonDocument;

/** Reads one cursor of the change stream, event by event. For one thread. */
final class FeedReader {
  private final MongoChangeStreamCursor<BsonDocument> cursor;
  private final ChangeLog log;
  private final Changes changes;
  private final int batch;

  /** When the answer was asked for that is being read. */
  private long askedNs;

  /** Events of that answer so far. */
  private int told;

  /**
   * @param batch most events in one answer of the server
   */
  FeedReader(
      MongoChangeStreamCursor<BsonDocument> cursor, ChangeLog log, Changes changes, int batch) {
    this.cursor = cursor;
    this.log = log;
    this.changes = changes;
    this.batch = batch;
  }

  /**
   * Notes the next event, for which it may ask the server and wait.
   *
   * @throws MongoException if there will be no more
   */
  void step() {
    if (cursor.available() == 0) {
      askedNs = log.nowNs();
      told = 0;
    }
    BsonDocument event = cursor.tryNext();
    if (event != null) {
      if (event.getString("operationType").getValue().equals("invalidate")) {
        throw new MongoException("the stream has ended");
      }
      changes.event(event);
      told++;
    }
    // Not before the last of what has arrived is noted. A full answer may have left something
    // behind, so it vouches for nothing: a feed that lags is silent in the end.
    if (event == null || (cursor.available() == 0 && told < batch)) {
      log.heard(askedNs);
    }
  }
}
