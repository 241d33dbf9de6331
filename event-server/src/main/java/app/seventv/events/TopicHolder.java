package app.seventv.events;

import app.seventv.model.topic.EventType;
import java.util.Arrays;

/**
 * The topics of a session, as numbers of its loop's {@link TopicTable}. A channel is held through
 * the topics that the client asked for and a hidden one for its presences, which goes with the last
 * of them (event-api.md §9.3, §20 row 10).
 */
abstract class TopicHolder {
  private static final int[] NO_TOPICS = {};
  private static final int INITIAL_TOPICS = 4;

  /** Most topics where no limit is set: what the count has room for. */
  static final int MAX_TOPICS = 32_000;

  final SessionLoop loop;
  private int[] topics = NO_TOPICS;

  /** Place in the loop's tables; −1 before the session is open. */
  int slot = -1;

  private short topicCount;

  TopicHolder(SessionLoop loop) {
    this.loop = loop;
  }

  final int topicCount() {
    return topicCount;
  }

  /** Topics without the hidden ones. */
  final int visibleTopics() {
    int visible = 0;
    for (int i = 0; i < topicCount; i++) {
      visible += isHidden(loop.topics().tag(topics[i])) ? 0 : 1;
    }
    return visible;
  }

  private static boolean isHidden(byte tag) {
    return TopicKey.typeCode(tag) == EventType.USER_PRESENCE.code();
  }

  /** Adds a topic; false if it is held already. */
  final boolean hold(TopicKey key) {
    int topic = loop.topics().add(key, slot);
    if (topic < 0) {
      return false;
    }
    if (topicCount == topics.length) {
      int more = Math.max(topicCount >> 1, topicCount == 0 ? INITIAL_TOPICS : 2);
      topics = Arrays.copyOf(topics, topicCount + more);
    }
    topics[topicCount++] = topic;
    return true;
  }

  /** Drops a topic; false if it is not held. */
  final boolean drop(TopicKey key) {
    int topic = loop.topics().find(key);
    if (topic < 0 || !loop.topics().contains(topic, slot)) {
      return false;
    }
    int at = 0;
    while (topics[at] != topic) {
      at++;
    }
    drop(at);
    dropUnused(key);
    return true;
  }

  /** Drops every topic of exactly this type, whatever its scope; false if there is none. */
  final boolean dropType(EventType type) {
    int before = topicCount;
    for (int i = topicCount - 1; i >= 0; i--) {
      if (TopicKey.typeCode(loop.topics().tag(topics[i])) == type.code()) {
        drop(i);
      }
    }
    if (topicCount == before) {
      return false;
    }
    for (int i = topicCount - 1; i >= 0; i--) {
      if (i < topicCount && isHidden(loop.topics().tag(topics[i]))) {
        dropUnused(loop.topics().key(topics[i]));
      }
    }
    return true;
  }

  /** Drops the hidden topic of a channel that nothing else is held on. */
  private void dropUnused(TopicKey ofScope) {
    if (!ofScope.isChannel()) {
      return;
    }
    int hidden = -1;
    for (int i = 0; i < topicCount; i++) {
      if (loop.topics().isScope(topics[i], ofScope)) {
        if (!isHidden(loop.topics().tag(topics[i]))) {
          return;
        }
        hidden = i;
      }
    }
    if (hidden >= 0) {
      drop(hidden);
    }
  }

  private void drop(int at) {
    loop.topics().remove(topics[at], slot);
    topicCount--;
    topics[at] = topics[topicCount];
  }

  /** Drops everything. */
  final void dropAll() {
    for (int i = 0; i < topicCount; i++) {
      loop.topics().remove(topics[i], slot);
    }
    topics = NO_TOPICS;
    topicCount = 0;
  }

  /** Tags of all keys, for {@link ParkedSession}. */
  final byte[] tags() {
    byte[] tags = new byte[topicCount];
    for (int i = 0; i < topicCount; i++) {
      tags[i] = loop.topics().tag(topics[i]);
    }
    return tags;
  }

  /** The two words of all keys, for {@link ParkedSession}. */
  final long[] scopes() {
    long[] scopes = new long[2 * topicCount];
    for (int i = 0; i < topicCount; i++) {
      TopicKey key = loop.topics().key(topics[i]);
      scopes[2 * i] = key.high();
      scopes[2 * i + 1] = key.low();
    }
    return scopes;
  }
}
