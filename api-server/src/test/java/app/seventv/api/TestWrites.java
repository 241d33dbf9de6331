package app.seventv.api;

import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.Dependency;
import app.seventv.api.cache.DependencySet;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandSucceededEvent;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.bson.BsonDocument;

/** Notes what tests write to the database: to the API they are another process. */
final class TestWrites implements CommandListener {
  private static final Set<String> COMMANDS =
      Set.of("insert", "update", "delete", "findAndModify", "bulkWrite", "dropDatabase", "drop");

  /** Whether a test has written since the API was last seen to know. */
  private final AtomicBoolean written = new AtomicBoolean();

  @Override
  public void commandSucceeded(CommandSucceededEvent event) {
    if (COMMANDS.contains(event.getCommandName())) {
      written.set(true);
    }
  }

  /** Waits until the API has been told of what was written. */
  void settle(MongoDatabase database, ChangeLog changes) {
    if (written.get()) {
      while (!isTold(database, changes)) {
        // Something made everything void meanwhile: looks again.
      }
      written.set(false);
    }
  }

  /**
   * Puts a picture in for the purpose: changes arrive in order, so the API knows of the earlier
   * ones once it knows of this.
   */
  private static boolean isTold(MongoDatabase database, ChangeLog changes) {
    long position = changes.position();
    if (position == ChangeLog.UNKNOWN) {
      return true; // nothing in memory is used, nor will it be later
    }
    Id marker = Id.generate(System.currentTimeMillis(), new SecureRandom());
    DependencySet on = new DependencySet();
    on.add(Dependency.picture(marker));
    BsonDocument document = new BsonDocument("_id", marker.toBson());
    MongoCollection<BsonDocument> pictures =
        database.getCollection(CollectionNames.USER_PROFILE_PICTURES, BsonDocument.class);
    pictures.insertOne(document);
    pictures.deleteOne(document);
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(30))
        .until(() -> changes.advance(position, on) == ChangeLog.UNKNOWN);
    return changes.advance(position, new DependencySet()) != ChangeLog.UNKNOWN;
  }
}
