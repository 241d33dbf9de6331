package app.seventv.events;

import app.seventv.model.topic.EventType;

/**
 * The topics of a session, as numbers of its loop's {@link TopicTable}. A channel is held through
 * the topics that the client asked for and a hidden one for its presences, which goes with the last
 * of them (event-api.md §9.3, §20 row 10).
 */
abstract class TopicHolder {
  /** Most topics where no limit is set: what the count has room for. */
  static final int MAX_TOPICS = 32_000;

  private final SessionGroup group;

  /** Block of the loop's lists that names them. */
  private int topics = IntBlocks.NONE;

  /** Place in the loop's tables; −1 before the session is open. */
  int slot = -1;

  private short topicCount;

  TopicHolder(SessionGroup group) {
    this.group = group;
  }

  final SessionLoop loop() {
    return group.loop();
  }

  /** Who the client is, as far as figures tell. */
  final ClientKind client() {
    return group.client();
  }

  private TopicTable table() {
    return loop().topics();
  }

  private int topic(int position) {
    return loop().lists().get(topics, position);
  }

  final int topicCount() {
    return topicCount;
  }

  /** Topics without the hidden ones. */
  final int visibleTopics() {
    int visible = 0;
    for (int i = 0; i < topicCount; i++) {
      visible += isHidden(table().tag(topic(i))) ? 0 : 1;
    }
    return visible;
  }

  private static boolean isHidden(byte tag) {
    return TopicKey.typeCode(tag) == EventType.USER_PRESENCE.code();
  }

  /** Whether a topic is held. */
  final boolean holds(TopicKey key) {
    int topic = table().find(key);
    return topic >= 0 && table().contains(topic, slot);
  }

  /** Adds a topic; false if it is held already. */
  final boolean hold(TopicKey key) {
    int topic = table().add(key, slot);
    if (topic < 0) {
      return false;
    }
    topics = loop().lists().insert(topics, topicCount, topicCount, topic);
    topicCount++;
    return true;
  }

  /** Drops a topic; false if it is not held. */
  final boolean drop(TopicKey key) {
    if (!holds(key)) {
      return false;
    }
    int topic = table().find(key);
    int at = 0;
    while (topic(at) != topic) {
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
      if (TopicKey.typeCode(table().tag(topic(i))) == type.code()) {
        drop(i);
      }
    }
    if (topicCount == before) {
      return false;
    }
    for (int i = topicCount - 1; i >= 0; i--) {
      if (i < topicCount && isHidden(table().tag(topic(i)))) {
        dropUnused(table().key(topic(i)));
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
      if (table().isScope(topic(i), ofScope)) {
        if (!isHidden(table().tag(topic(i)))) {
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
    IntBlocks lists = loop().lists();
    table().remove(topic(at), slot);
    int last = topicCount - 1;
    lists.set(topics, at, topic(last));
    topics = lists.remove(topics, topicCount, last);
    topicCount--;
  }

  /** Drops everything. */
  final void dropAll() {
    for (int i = 0; i < topicCount; i++) {
      table().remove(topic(i), slot);
    }
    loop().lists().free(topics, topicCount);
    topics = IntBlocks.NONE;
    topicCount = 0;
  }

  /** Tags of all keys, for {@link ParkedSession}. */
  final byte[] tags() {
    byte[] tags = new byte[topicCount];
    for (int i = 0; i < topicCount; i++) {
      tags[i] = table().tag(topic(i));
    }
    return tags;
  }

  /** The two words of all keys, for {@link ParkedSession}. */
  final long[] scopes() {
    long[] scopes = new long[2 * topicCount];
    for (int i = 0; i < topicCount; i++) {
      TopicKey key = table().key(topic(i));
      scopes[2 * i] = key.high();
      scopes[2 * i + 1] = key.low();
    }
    return scopes;
  }
}
