package app.seventv.events;

import app.seventv.model.Id;
import app.seventv.model.topic.EventType;
import app.seventv.model.topic.Scope;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's session, on whatever transport: protocol state and nothing else (event-api.md §8).
 * Confined to its loop.
 *
 * <p>Bytes of an idle websocket session with 6 topics, in structures of this module (64-bit JVM,
 * compressed references, compact object headers):
 *
 * <pre>
 *   8  object header
 *  36  loop, topics, client 3 × 4; slot, sequence, startTick, intervalMs, heartbeats, ttlTick 6 × 4
 *   5  topicCount 2; ended, dirty, stalled 3 × 1
 *   4  blockedBytes
 *   8  WebSocketSession: socket, inline 2 × 4
 *   3  padding to 8
 *  40  int[] of 6 topics: 12 + 24, padded (it grows to 4, then 6, then by half)
 *   4  slot of the table of sessions
 *   8  links of the deadline wheel
 * ---
 * 116 + per topic: 4 as a further member of a known topic, 45 as the only member of a new one
 * </pre>
 *
 * An idle session has no buffer, no timer and no task.
 */
abstract class Session {
  private static final int[] NO_TOPICS = {};
  private static final int INITIAL_TOPICS = 4;

  private final SessionLoop loop;
  private final ClientKind client;
  private int slot = -1;

  /** Number of the next frame. */
  private int sequence;

  private int[] topics = NO_TOPICS;
  private short topicCount;
  private int startTick;
  private int intervalMs;
  private int heartbeats;
  private int ttlTick;

  /** Bytes written while the transport's own buffers were full. */
  private int blockedBytes;

  private boolean ended;
  private boolean dirty;
  private boolean stalled;

  Session(SessionLoop loop, ClientKind client) {
    this.loop = loop;
    this.client = client;
  }

  // Transport.

  /** Encodes a frame of this session. */
  abstract ByteBuf encode(Opcode opcode, String payload, long timeMs, int number);

  /** Queues an encoded frame, whose reference it takes. */
  abstract void write(ByteBuf frame);

  /** Queues the shared and the own part of a dispatch, whose references it takes. */
  abstract void write(ByteBuf head, ByteBuf tail);

  abstract void flush();

  /** Whether the transport's own buffers have room. */
  abstract boolean isWritable();

  /** Ends the transport after what is queued. */
  abstract void close(EndReason reason);

  /** Whether dispatches have the form of SSE. */
  abstract boolean isEventStream();

  // Life.

  /** The client is connected: greets it and carries out the subscriptions of its request. */
  final void open(List<SubscriptionRequest> inline) {
    slot = loop.add(this);
    startTick = loop.now();
    intervalMs = loop.drawHeartbeatMs();
    ttlTick = startTick + loop.drawTtlTicks();
    client.open.increment();
    SessionOptions options = loop.options();
    send(
        Opcode.HELLO,
        Payloads.hello(
            intervalMs,
            Id.generate(loop.timeMs(), loop.random()).toString(),
            options.subscriptionLimit(),
            options.instance(),
            loop.population()));
    for (SubscriptionRequest request : inline) {
      if (!ended) {
        subscribe(request);
      }
    }
    if (!ended) {
      heartbeat();
    }
  }

  /** The deadline has come up. */
  final void due(int now) {
    if (now - ttlTick >= 0) {
      endWithReconnect(EndReason.RECONNECT);
      return;
    }
    if (now - heartbeatTick() >= 0) {
      if (stalled && !isWritable()) {
        end(EndReason.TIMEOUT); // has not taken a byte since the last heartbeat
        return;
      }
      stalled = !isWritable();
      heartbeat();
    } else {
      loop.schedule(slot, nextDeadline());
    }
  }

  private void heartbeat() {
    send(Opcode.HEARTBEAT, Payloads.heartbeat(heartbeats));
    heartbeats++;
    loop.schedule(slot, nextDeadline());
  }

  private int nextDeadline() {
    int heartbeat = heartbeatTick();
    return heartbeat - ttlTick < 0 ? heartbeat : ttlTick;
  }

  /** When the next heartbeat is due: multiples of the interval since the start, without drift. */
  private int heartbeatTick() {
    return startTick + (int) ((long) heartbeats * intervalMs / SessionLoop.TICK_MS);
  }

  /** Ends the session because the client is to connect again. */
  final void endWithReconnect(EndReason reason) {
    if (!ended) {
      send(Opcode.RECONNECT, Payloads.reconnect(reason));
      end(reason);
    }
  }

  /** Ends the session. */
  final void end(EndReason reason) {
    if (ended) {
      return;
    }
    send(Opcode.END_OF_STREAM, Payloads.endOfStream(reason));
    release(reason.name());
    close(reason);
  }

  private void end(EndReason reason, String error) {
    send(Opcode.ERROR, Payloads.error(error));
    end(reason);
  }

  /** The client has left; does nothing if the server has ended the session before. */
  final void left(String closeLabel) {
    if (ended || slot < 0) {
      return;
    }
    if (loop.isDelivering()) {
      loop.later(() -> left(closeLabel)); // the lists of members are being walked
    } else {
      release(closeLabel);
    }
  }

  private void release(String closeLabel) {
    ended = true;
    for (int i = 0; i < topicCount; i++) {
      loop.topics().remove(topics[i], slot);
    }
    topics = NO_TOPICS;
    topicCount = 0;
    loop.remove(slot);
    client.open.decrement();
    loop.figures().sessionEnded(client, closeLabel, loop.now() - startTick);
  }

  // Output.

  private void send(Opcode opcode, String payload) {
    loop.figures().sent(opcode, 1);
    ByteBuf frame = encode(opcode, payload, loop.timeMs(), sequence);
    sequence++;
    account(frame.readableBytes());
    write(frame);
  }

  /**
   * Sends a dispatch.
   *
   * @return false if the client leaves too much unread; nothing is sent then
   */
  final boolean sendDispatch(ByteBuf head, ByteBuf tail) {
    sequence++;
    account(head.readableBytes() + tail.readableBytes());
    if (blockedBytes > loop.options().maxPendingBytes()) {
      head.release();
      tail.release();
      return false;
    }
    write(head, tail);
    return true;
  }

  /** Counts what is queued while the client does not read, and plans the flush. */
  private void account(int bytes) {
    if (isWritable()) {
      blockedBytes = 0;
      stalled = false;
    } else {
      if (dirty) {
        flush(); // a burst within one turn is not the client's fault
      }
      blockedBytes += bytes;
    }
    if (!dirty) {
      dirty = true;
      loop.flushLater(this);
    }
  }

  /** End of the loop's turn. */
  final void flushTurn() {
    dirty = false;
    flush();
  }

  /** Number of the next frame. */
  final int sequence() {
    return sequence;
  }

  // Commands.

  /** Handles one message of the client; the buffer is valid during the call only. */
  final void message(ByteBuf utf8) {
    if (ended) {
      return;
    }
    Command command;
    try {
      command = CommandParser.parse(utf8);
    } catch (InvalidPayloadException e) {
      end(EndReason.INVALID_PAYLOAD);
      return;
    }
    loop.figures().received(command);
    switch (command) {
      case Command.Subscribe(SubscriptionRequest request) -> subscribe(request);
      case Command.Unsubscribe(SubscriptionRequest request) -> unsubscribe(request);
      case Command.Plain.RESUME -> send(Opcode.ACK, Payloads.ACK_RESUME);
      case Command.Plain.FORBIDDEN -> end(EndReason.UNKNOWN_OPERATION, Payloads.INVALID_OPCODE);
      case Command.Plain.BRIDGE -> {
        // accepted without effect
      }
    }
    if (blockedBytes > loop.options().maxPendingBytes()) {
      end(EndReason.TIMEOUT); // asks and asks, and reads no answer
    }
  }

  /** The steps of event-api.md §9.3, in their order. */
  private void subscribe(SubscriptionRequest request) {
    int limit = loop.options().subscriptionLimit();
    if (limit >= 0 && topicCount >= limit) {
      end(EndReason.RATE_LIMIT, Payloads.TOO_MANY_SUBSCRIPTIONS);
      return;
    }
    Scope scope = scope(request);
    if (scope == null) {
      end(EndReason.INVALID_PAYLOAD, Payloads.INVALID_CONDITION);
      return;
    }
    if (request.condition() instanceof Condition.OfChannel) {
      hold(EventType.USER_PRESENCE, scope);
    }
    if (hold(request.type(), scope)) {
      send(Opcode.ACK, Payloads.ackSubscribe(sequence, request));
    }
  }

  private static @Nullable Scope scope(SubscriptionRequest request) {
    Condition condition = request.condition();
    return condition == null ? null : condition.scope();
  }

  /** Adds a topic; false if it is held already. */
  private boolean hold(EventType type, Scope scope) {
    int topic = loop.topics().add(TopicKey.of(type, scope), slot);
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

  private void unsubscribe(SubscriptionRequest request) {
    boolean dropped;
    if (request.condition() == null) {
      dropped = dropType(request.type());
    } else {
      Scope scope = scope(request);
      if (scope == null) {
        end(EndReason.INVALID_PAYLOAD, Payloads.INVALID_CONDITION);
        return;
      }
      int topic = loop.topics().find(TopicKey.of(request.type(), scope));
      dropped = topic >= 0 && loop.topics().contains(topic, slot);
      if (dropped) {
        drop(indexOf(topic));
      }
    }
    if (dropped) {
      send(Opcode.ACK, Payloads.ackUnsubscribe(request));
    } else {
      end(EndReason.NOT_SUBSCRIBED, Payloads.NOT_SUBSCRIBED);
    }
  }

  /** Drops every topic of exactly this type, whatever its scope. */
  private boolean dropType(EventType type) {
    int before = topicCount;
    for (int i = topicCount - 1; i >= 0; i--) {
      if (TopicKey.typeCode(loop.topics().tag(topics[i])) == type.code()) {
        drop(i);
      }
    }
    return topicCount < before;
  }

  private int indexOf(int topic) {
    int at = 0;
    while (topics[at] != topic) {
      at++;
    }
    return at;
  }

  private void drop(int at) {
    loop.topics().remove(topics[at], slot);
    topicCount--;
    topics[at] = topics[topicCount];
  }
}
