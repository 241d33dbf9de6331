package app.seventv.events;

import app.seventv.model.Id;
import app.seventv.model.topic.EventType;
import app.seventv.model.topic.Scope;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
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
 *  10  TopicHolder: loop, topics 2 × 4; topicCount 2
 *   4  slot
 *   8  history
 *   8  client, memory 2 × 4
 *  32  serial, sequence, startTick, intervalMs, heartbeats, ttlTick, blockedBytes, commandsDue 8 × 4
 *   1  flags
 *   8  WebSocketSession: socket, inline 2 × 4
 *   1  padding to 8
 *  40  int[] of 6 topics: 12 + 24, padded (it grows to 4, then 6, then by half)
 *   4  slot of the table of sessions
 *   8  links of the deadline wheel
 * ---
 * 132 + per topic: 4 as a further member of a known topic, 45 as the only member of a new one
 * </pre>
 *
 * An idle session has no buffer, no timer and no task; what it has been told about users is made
 * with the first presence of a channel.
 */
abstract class Session extends TopicHolder {
  private static final byte ENDED = 1;

  /** A flush is planned. */
  private static final byte DIRTY = 2;

  /** The transport's buffers were full when last looked at; the deadline is the write timeout's. */
  private static final byte STALLED = 4;

  private final ClientKind client;

  /** Kinds of the latest frames, see {@link FrameHistory}. */
  private long history = FrameHistory.MARK;

  private @Nullable PresenceMemory memory;

  /** Tells apart the sessions of a slot. */
  private int serial;

  /** Number of the next frame. */
  private int sequence;

  private int startTick;
  private int intervalMs;
  private int heartbeats;
  private int ttlTick;

  /** Bytes written while the transport's own buffers were full. */
  private int blockedBytes;

  /** When the commands so far would have come at the rate allowed, in units of that rate. */
  private int commandsDue;

  private byte flags;

  Session(SessionLoop loop, ClientKind client) {
    super(loop);
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

  /** Ends the transport at once. */
  abstract void abort();

  /** Whether dispatches have the form of SSE. */
  abstract boolean isEventStream();

  /** Fingerprint of the request of a stream, else 0. */
  abstract long request();

  // Life.

  /** The client is connected: greets it and carries out the subscriptions of its request. */
  final void open(List<SubscriptionRequest> inline) {
    if (isEnded()) {
      return; // has left before it was here
    }
    slot = loop.add(this);
    serial = loop.nextSerial();
    startTick = loop.now();
    commandsDue = loop.commandTime();
    intervalMs = loop.drawHeartbeatMs();
    ttlTick = startTick + loop.drawTtlTicks();
    client.open.increment();
    SessionOptions options = loop.options();
    send(
        Opcode.HELLO,
        Payloads.hello(
            intervalMs,
            id().toString(),
            options.subscriptionLimit(),
            options.instance(),
            loop.population()));
    opened();
    for (SubscriptionRequest request : inline) {
      if (!isEnded()) {
        subscribe(request);
      }
    }
    if (!isEnded()) {
      heartbeat();
    }
  }

  /** HELLO has been sent. */
  void opened() {}

  /** The client is about to be told to connect again. */
  void beforeReconnect() {}

  final Id id() {
    return loop.idOf(startTick, slot, serial);
  }

  final int serial() {
    return serial;
  }

  final boolean isEnded() {
    return (flags & ENDED) != 0;
  }

  private boolean is(byte flag) {
    return (flags & flag) != 0;
  }

  private void set(byte flag, boolean value) {
    flags = (byte) (value ? flags | flag : flags & ~flag);
  }

  /** The deadline has come up. */
  final void due(int now) {
    if (is(STALLED)) {
      if (!isWritable()) {
        end(EndReason.TIMEOUT); // has not taken enough to make room for a whole write timeout
        return;
      }
      set(STALLED, false);
    }
    if (now - ttlTick >= 0) {
      endWithReconnect(EndReason.RECONNECT);
    } else if (now - heartbeatTick() >= 0) {
      heartbeat();
    } else {
      loop.schedule(slot, nextDeadline());
    }
  }

  private void heartbeat() {
    send(Opcode.HEARTBEAT, Payloads.heartbeat(heartbeats));
    heartbeats++;
    if (!isEnded()) {
      loop.schedule(slot, nextDeadline());
    }
  }

  /** While nothing can be sent, the end of the write timeout is all that counts. */
  private int nextDeadline() {
    if (is(STALLED)) {
      return loop.now() + loop.writeTimeoutTicks();
    }
    int heartbeat = heartbeatTick();
    return heartbeat - ttlTick < 0 ? heartbeat : ttlTick;
  }

  /** Starts or ends the write timeout. */
  private void stalled(boolean value) {
    if (is(STALLED) != value) {
      set(STALLED, value);
      if (loop.isScheduled(slot)) {
        loop.reschedule(slot, nextDeadline());
      }
    }
  }

  /** When the next heartbeat is due: multiples of the interval since the start, without drift. */
  private int heartbeatTick() {
    return startTick + (int) ((long) heartbeats * intervalMs / SessionLoop.TICK_MS);
  }

  /** Ends the session because the client is to connect again. */
  final void endWithReconnect(EndReason reason) {
    if (!isEnded()) {
      beforeReconnect();
      send(Opcode.RECONNECT, Payloads.reconnect(reason));
      end(reason);
    }
  }

  /** Events may have been missed: ends the session if it asked for any before that. */
  final void endAfterGap(int gapTick) {
    if (topicCount() > 0 && startTick - gapTick <= 0) {
      endWithReconnect(EndReason.RECONNECT);
    }
  }

  /** Ends the session. */
  final void end(EndReason reason) {
    if (isEnded()) {
      return;
    }
    send(Opcode.END_OF_STREAM, Payloads.endOfStream(reason));
    release(reason.name(), reason.isResumable());
    close(reason);
  }

  private void end(EndReason reason, String error) {
    send(Opcode.ERROR, Payloads.error(error));
    end(reason);
  }

  /** The client has left; does nothing if the server has ended the session before. */
  final void left(String closeLabel) {
    if (isEnded()) {
      return;
    }
    if (slot < 0) {
      set(ENDED, true);
    } else if (loop.isDelivering()) {
      loop.later(() -> left(closeLabel)); // the lists of members are being walked
    } else {
      release(closeLabel, true);
    }
  }

  /** The client has connected anew and goes on there. */
  final void supersede() {
    if (!isEnded()) {
      release(CloseLabels.SUPERSEDED, true);
      abort();
    }
  }

  /** A flush can show that the client has left: whoever has written may be here a second time. */
  private void release(String closeLabel, boolean resumable) {
    if (isEnded()) {
      return;
    }
    set(ENDED, true);
    if (resumable && topicCount() > 0 && !loop.missedEvents(startTick)) {
      loop.hub()
          .parked()
          .put(
              new ParkedSession(
                  id(),
                  tags(),
                  scopes(),
                  loop.delivered(),
                  sequence,
                  history,
                  memory,
                  request(),
                  loop.timeMs()));
    }
    memory = null;
    dropAll();
    loop.remove(slot);
    client.open.decrement();
    loop.figures().sessionEnded(client, closeLabel, loop.now() - startTick);
  }

  // Output.

  private void send(Opcode opcode, String payload) {
    client.sent(opcode);
    ByteBuf frame = encode(opcode, payload, loop.timeMs(), sequence);
    sequence++;
    history = FrameHistory.other(history);
    account(frame.readableBytes());
    write(frame);
  }

  /**
   * Sends a dispatch.
   *
   * @param isPresence whether it depends on what the session has been told before
   * @return false if the client leaves too much unread; nothing is sent then
   */
  final boolean sendDispatch(ByteBuf head, ByteBuf tail, boolean isPresence) {
    sequence++;
    history = isPresence ? FrameHistory.MARK : FrameHistory.dispatch(history);
    account(head.readableBytes() + tail.readableBytes());
    if (blockedBytes > loop.options().maxPendingBytes()) {
      head.release();
      tail.release();
      return false;
    }
    client.sent(Opcode.DISPATCH);
    write(head, tail);
    return true;
  }

  /** Counts what is queued while the client does not read, and plans the flush. */
  private void account(int bytes) {
    if (isWritable()) {
      blockedBytes = 0;
      stalled(false);
    } else {
      if (is(DIRTY)) {
        flush(); // a burst within one turn is not the client's fault
      }
      blockedBytes += bytes;
      stalled(!isWritable());
    }
    if (!is(DIRTY)) {
      set(DIRTY, true);
      loop.flushLater(this);
    }
  }

  /** End of the loop's turn. */
  final void flushTurn() {
    set(DIRTY, false);
    flush();
  }

  /** Number of the next frame. */
  final int sequence() {
    return sequence;
  }

  /**
   * Sends what a presence leads to in this session.
   *
   * @return frames sent
   */
  final int tell(Presence presence, FanOut out, List<byte[]> scratch) {
    scratch.clear();
    memory(presence, scratch);
    for (byte[] payload : scratch) {
      out.send(this, payload, true);
    }
    return scratch.size();
  }

  private void memory(Presence presence, List<byte[]> out) {
    PresenceMemory known = memory;
    if (known == null) {
      if (presence.isNothing()) {
        return;
      }
      memory = known = new PresenceMemory();
    }
    known.tell(presence, out);
  }

  // Commands.

  /** Handles one message of the client; the buffer is valid during the call only. */
  final void message(ByteBuf utf8) {
    if (isEnded()) {
      return;
    }
    if (isTooFast()) {
      end(EndReason.RATE_LIMIT);
      return;
    }
    Command command;
    try {
      command = CommandParser.parse(utf8);
    } catch (InvalidPayloadException e) {
      end(EndReason.INVALID_PAYLOAD);
      return;
    }
    client.received(command);
    switch (command) {
      case Command.Subscribe(SubscriptionRequest request) -> subscribe(request);
      case Command.Unsubscribe(SubscriptionRequest request) -> unsubscribe(request);
      case Command.Resume resume -> Resumption.start(this, resume.sessionId(), resume.lastSeen());
      case Command.Plain.FORBIDDEN -> end(EndReason.UNKNOWN_OPERATION, Payloads.INVALID_OPCODE);
      case Command.Plain.BRIDGE -> {
        // accepted without effect
      }
    }
    if (blockedBytes > loop.options().maxPendingBytes()) {
      end(EndReason.TIMEOUT); // asks and asks, and reads no answer
    }
  }

  /**
   * The token bucket of event-api.md §20 row 26, as one number: the generic cell rate algorithm.
   */
  private boolean isTooFast() {
    int now = loop.commandTime();
    commandsDue = (commandsDue - now < 0 ? now : commandsDue) + 1;
    return commandsDue - now > loop.options().commandBurst();
  }

  /** The steps of event-api.md §9.3, in their order. */
  private void subscribe(SubscriptionRequest request) {
    int limit = loop.options().subscriptionLimit();
    if (topicCount() >= (limit < 0 ? MAX_TOPICS : limit)) {
      end(EndReason.RATE_LIMIT, Payloads.TOO_MANY_SUBSCRIPTIONS);
      return;
    }
    Scope scope = scope(request);
    if (scope == null) {
      end(EndReason.INVALID_PAYLOAD, Payloads.INVALID_CONDITION);
      return;
    }
    TopicKey presences = null;
    if (request.condition() instanceof Condition.OfChannel) {
      TopicKey key = TopicKey.of(EventType.USER_PRESENCE, scope);
      presences = hold(key) ? key : null;
    }
    if (hold(TopicKey.of(request.type(), scope))) {
      history = FrameHistory.MARK;
      send(Opcode.ACK, Payloads.ackSubscribe(sequence, request));
    }
    if (presences != null && !isEnded()) {
      loop.tellRecent(this, presences);
    }
  }

  private static @Nullable Scope scope(SubscriptionRequest request) {
    Condition condition = request.condition();
    return condition == null ? null : condition.scope();
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
      dropped = drop(TopicKey.of(request.type(), scope));
    }
    if (dropped) {
      history = FrameHistory.MARK;
      send(Opcode.ACK, Payloads.ackUnsubscribe(request));
    } else {
      end(EndReason.NOT_SUBSCRIBED, Payloads.NOT_SUBSCRIBED);
    }
  }

  // Resuming; see Resumption.

  final void refuseResume() {
    if (!isEnded()) {
      send(Opcode.ACK, Payloads.ACK_RESUME_REFUSED);
    }
  }

  /** Takes over the topics of a session that has ended and sends what it has missed. */
  final void resume(ParkedSession old, List<SharedDispatch> missed) {
    memory = old.memory();
    old.topics().forEach(this::hold);
    List<byte[]> payloads = new ArrayList<>(missed.size());
    int[] presencesEnd = new int[missed.size()];
    for (int i = 0; i < missed.size(); i++) {
      Presence presence = missed.get(i).presence();
      if (presence == null) {
        payloads.add(missed.get(i).payload());
      } else {
        memory(presence, payloads);
      }
      presencesEnd[i] = presence == null ? -1 : payloads.size();
    }
    send(Opcode.ACK, Payloads.ackResume(true, payloads.size(), visibleTopics()));
    history = FrameHistory.MARK;
    FanOut out = loop.beginPersonal(payloads.size());
    int at = 0;
    for (int i = 0; i < missed.size(); i++) {
      boolean isPresence = presencesEnd[i] >= 0;
      int end = isPresence ? presencesEnd[i] : at + 1;
      for (; at < end; at++) {
        out.send(this, payloads.get(at), isPresence);
      }
    }
    out.end();
  }
}
