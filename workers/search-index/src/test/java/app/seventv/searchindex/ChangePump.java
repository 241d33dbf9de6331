package app.seventv.searchindex;

import app.seventv.model.change.ChangeEventJson;
import app.seventv.model.change.ChangeStreamNames;
import com.mongodb.MongoException;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import org.bson.BsonDocument;

/** Stands in for the publisher: every change of the database becomes a message. */
final class ChangePump implements AutoCloseable {
  static final String STREAM = ChangeStreamNames.stream("seventv");

  private final Connection nats;
  private final MongoCursor<BsonDocument> cursor;
  private final Thread thread;
  private volatile boolean closed;

  ChangePump(MongoDatabase database, String natsUri) throws IOException, InterruptedException {
    nats = Nats.connect(natsUri);
    try {
      nats.jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name(STREAM)
                  .subjects(STREAM)
                  .retentionPolicy(RetentionPolicy.WorkQueue)
                  .build());
    } catch (JetStreamApiException e) {
      throw new IOException(e);
    }
    cursor = database.watch(BsonDocument.class).withDocumentClass(BsonDocument.class).cursor();
    thread = Thread.ofPlatform().daemon().start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        BsonDocument event = cursor.tryNext();
        if (event != null && event.get("ns") instanceof BsonDocument ns) {
          publish(ns.getString("coll").getValue(), ChangeEventJson.write(event));
        }
      }
    } catch (MongoException | IllegalStateException | IOException | JetStreamApiException e) {
      if (!closed) {
        throw new IllegalStateException(e);
      }
    }
  }

  void publish(String collection, byte[] body) throws IOException, JetStreamApiException {
    Headers headers = new Headers();
    headers.put(ChangeStreamNames.COLLECTION_HEADER, collection);
    nats.jetStream().publish(STREAM, headers, body);
  }

  long messagesLeft() throws IOException, JetStreamApiException {
    return nats.jetStreamManagement().getStreamInfo(STREAM).getStreamState().getMsgCount();
  }

  /** Stops watching. */
  void stop() throws InterruptedException {
    closed = true;
    thread.join();
  }

  @Override
  public void close() throws InterruptedException {
    stop();
    cursor.close();
    nats.close();
  }
}
