package app.seventv.api.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.MongoException;
import com.mongodb.client.MongoChangeStreamCursor;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When the feed vouches for what is in memory. */
class FeedReaderTest {
  private static final int BATCH = 3;
  private static final Id EMOTE = new Id(1, 2);

  private final AtomicLong nanos = new AtomicLong();
  private final ChangeLog log = new ChangeLog(nanos::get);
  private final Deque<BsonDocument> arrived = new ArrayDeque<>();
  private final Deque<List<BsonDocument>> answers = new ArrayDeque<>();
  private final FeedReader reader = new FeedReader(cursor(), log, new Changes(log), BATCH);

  /** A cursor whose server gives one answer after the other, each after a second. */
  @SuppressWarnings("unchecked")
  private MongoChangeStreamCursor<BsonDocument> cursor() {
    return (MongoChangeStreamCursor<BsonDocument>)
        Proxy.newProxyInstance(
            FeedReaderTest.class.getClassLoader(),
            new Class<?>[] {MongoChangeStreamCursor.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "available" -> arrived.size();
                  case "tryNext" -> next();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private @Nullable BsonDocument next() {
    if (arrived.isEmpty()) {
      nanos.addAndGet(1_000_000_000L);
      arrived.addAll(answers.remove());
    }
    return arrived.poll();
  }

  private static BsonDocument change() {
    return event("delete")
        .append(
            "ns",
            new BsonDocument("db", new BsonString("7tv"))
                .append("coll", new BsonString(CollectionNames.EMOTES)))
        .append("documentKey", new BsonDocument("_id", EMOTE.toBson()));
  }

  private static BsonDocument event(String type) {
    return new BsonDocument("operationType", new BsonString(type));
  }

  private boolean liveAfter(List<BsonDocument> answer) {
    answers.add(answer);
    for (int i = 0; i < Math.max(1, answer.size()); i++) {
      reader.step();
    }
    return log.isLive();
  }

  @Test
  void anEmptyAnswerVouchesForTheTimeAtWhichItWasAskedFor() {
    log.opened(0);
    for (int i = 0; i < 5; i++) {
      assertThat(liveAfter(List.of())).isTrue();
    }
    nanos.addAndGet(ChangeLog.MAX_SILENCE.toNanos() - 1_000_000_000L);
    assertThat(log.isLive()).as("the last was asked for a second before it came").isFalse();
  }

  @Test
  void aFeedThatAlwaysHasMoreToTellIsLostInTheEnd() {
    log.opened(0);
    assertThat(liveAfter(List.of(change(), change(), change()))).isTrue();
    assertThat(liveAfter(List.of(change(), change(), change()))).isTrue();
    assertThat(liveAfter(List.of(change(), change(), change())))
        .as("three seconds without an answer that was not full")
        .isFalse();
    assertThat(liveAfter(List.of(change(), change()))).as("all is told").isTrue();
  }

  @Test
  void whatIsToldIsNotedBeforeTheAnswerVouches() {
    log.opened(0);
    DependencySet on = new DependencySet();
    on.add(Dependency.emote(EMOTE));
    Cached<String> entry = new Cached<>("old", on, log.position());
    answers.add(List.of(change(), change()));
    reader.step();
    assertThat(entry.isCurrent(log, 0)).isFalse();
  }

  @Test
  void theEndOfTheStreamIsAnError() {
    log.opened(0);
    answers.add(List.of(event("invalidate")));
    assertThatThrownBy(reader::step).isInstanceOf(MongoException.class);
  }
}
