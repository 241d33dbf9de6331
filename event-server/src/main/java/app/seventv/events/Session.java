package app.seventv.events;

import app.seventv.model.Id;
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
 *  14  TopicHolder: group, topics, slot 3 × 4; topicCount 2
 *  17  SessionOutput: history 8, sequence, blockedBytes 2 × 4, flags 1
 *  20  serial, memory, startTick, heartbeats, commandsDue 5 × 4
 *   4  WebSocketSession: socket
 *   1  padding to 8
 *  24  6 topics in the loop's lists of ints
 *   4  slot of the table of sessions
 *   8  links of the deadline wheel
 * ---
 * 100 + per topic: 5 as one of many members, 27 as the only member
 * </pre>
 *
 * <p>All of this grows in pages: at most one of each kind is unused, 58 KB together for each loop.
 *
 * <p>An idle session has no buffer, no timer and no task; what it has been told about users is made
 * with the first presence of a channel.
 */
abstract class Session extends SessionOutput {
  private @Nullable PresenceMemory memory;

  /** Tells apart the sessions of a slot. */
  private int serial;

  private int startTick;
  private int heartbeats;

  /** When the commands so far would have come at the rate allowed, in units of that rate. */
  private int commandsDue;

  Session(SessionLoop loop, ClientKind client) {
    super(loop.group(client));
  }

  /** Ends the transport after what is queued. */
  abstract void close(EndReason reason);

  /** Ends the transport at once. */
  abstract void abort();

  /** Fingerprint of the request of an open stream, else 0. */
  abstract long request();

  /** The client is connected: greets it and carries out the subscriptions of its request. */
  final void open(List<SubscriptionRequest> inline) {
    SessionLoop loop = loop();
    if (isEnded()) {
      return; // has left before it was here
    }
    slot = loop.add(this);
    serial = loop.nextSerial();
    startTick = loop.now();
    commandsDue = loop.commandTime();
    client().open.increment();
    SessionOptions options = loop.options();
    send(
        Opcode.HELLO,
        Payloads.hello(
            loop.heartbeatMs(serial),
            id().toString(),
            options.subscriptionLimit(),
            options.instance(),
            loop.population()));
    opened(inline);
    for (SubscriptionRequest request : inline) {
      if (!isEnded()) {
        SessionCommands.subscribe(this, request);
      }
    }
    if (!isEnded()) {
      heartbeat();
    }
  }

  /** HELLO has been sent; the subscriptions of the request come next. */
  void opened(List<SubscriptionRequest> inline) {}

  /** The client is about to be told to connect again. */
  void beforeReconnect() {}

  final Id id() {
    return loop().idOf(startTick, slot, serial);
  }

  /** Reads what a dispatch will need, and does nothing with it. */
  final int look() {
    return sequence() + (isWritable() ? 1 : 0);
  }

  final int serial() {
    return serial;
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
    if (now - ttlTick() >= 0) {
      endWithReconnect(EndReason.RECONNECT);
    } else if (now - heartbeatTick() >= 0) {
      heartbeat();
    } else {
      loop().schedule(slot, nextDeadline());
    }
  }

  private void heartbeat() {
    send(Opcode.HEARTBEAT, Payloads.heartbeat(heartbeats));
    heartbeats++;
    if (!isEnded()) {
      loop().schedule(slot, nextDeadline());
    }
  }

  /** While nothing can be sent, the end of the write timeout is all that counts. */
  private int nextDeadline() {
    if (is(STALLED)) {
      return loop().now() + loop().writeTimeoutTicks();
    }
    int heartbeat = heartbeatTick();
    int ttl = ttlTick();
    return heartbeat - ttl < 0 ? heartbeat : ttl;
  }

  /** Starts or ends the write timeout. */
  @Override
  final void stallChanged() {
    if (loop().isScheduled(slot)) {
      loop().reschedule(slot, nextDeadline());
    }
  }

  /** When the next heartbeat is due: multiples of the interval since the start, without drift. */
  private int heartbeatTick() {
    long sinceStartMs = (long) heartbeats * loop().heartbeatMs(serial);
    return startTick + (int) (sinceStartMs / SessionLoop.TICK_MS);
  }

  /** When the client is to connect again. */
  private int ttlTick() {
    return startTick + loop().ttlTicks(serial);
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
    release(reason.name(), reason.isResumable(), Receipt.DUE);
    close(reason);
  }

  /** Says what is wrong and ends the session. */
  final void end(EndReason reason, String error) {
    send(Opcode.ERROR, Payloads.error(error));
    end(reason);
  }

  /** The client has left; does nothing if the server has ended the session before. */
  final void left(String closeLabel) {
    SessionLoop loop = loop();
    if (isEnded()) {
      return;
    }
    if (slot < 0) {
      set(ENDED, true);
    } else if (loop.isDelivering()) {
      loop.later(() -> left(closeLabel)); // the lists of members are being walked
    } else {
      release(closeLabel, true, Receipt.UNKNOWN);
    }
  }

  /** The client has connected anew and goes on there. */
  final void supersede() {
    if (!isEnded()) {
      release(CloseLabels.SUPERSEDED, true, Receipt.UNKNOWN);
      abort();
    }
  }

  /** A flush can show that the client has left: whoever has written may be here a second time. */
  private void release(String closeLabel, boolean resumable, Receipt receipt) {
    SessionLoop loop = loop();
    if (isEnded()) {
      return;
    }
    set(ENDED, true);
    if (resumable && topicCount() > 0 && !loop.missedEvents(startTick)) {
      loop.hub().parked().put(parked(hasBeenTold() ? receipt : Receipt.ALL));
    } else if (request() != 0) {
      loop.hub().parked().streamEnded(request(), loop.timeMs());
    }
    memory = null;
    dropAll();
    loop.remove(slot);
    client().open.decrement();
    loop.figures().sessionEnded(client(), closeLabel, loop.now() - startTick);
  }

  private ParkedSession parked(Receipt receipt) {
    SessionLoop loop = loop();
    return new ParkedSession(
        id(),
        tags(),
        scopes(),
        loop.delivered(),
        loop.delivered(),
        false,
        sequence(),
        history(),
        memory,
        request(),
        loop.timeMs(),
        receipt);
  }

  /** Whether the client has answered the server's close frame is known now. */
  final void closed(boolean isAnswered) {
    if (isEnded() && slot >= 0) {
      loop().hub().parked().settle(id(), isAnswered);
    }
  }

  /**
   * Sends what a presence leads to in this session.
   *
   * @return frames sent
   */
  final int tell(Presence presence, FanOut out, List<byte[]> scratch) {
    scratch.clear();
    memory = PresenceMemory.afterTelling(memory, presence, scratch);
    for (byte[] payload : scratch) {
      out.send(this, payload, true);
    }
    return scratch.size();
  }

  /**
   * The token bucket of event-api.md §20 row 26, as one number: the generic cell rate algorithm.
   */
  final boolean isTooFast() {
    SessionLoop loop = loop();
    int now = loop.commandTime();
    commandsDue = (commandsDue - now < 0 ? now : commandsDue) + 1;
    return commandsDue - now > loop.options().commandBurst();
  }

  // Resuming; see Resumption.

  final void refuseResume() {
    if (!isEnded()) {
      send(Opcode.ACK, Payloads.ACK_RESUME_REFUSED);
    }
  }

  /**
   * Takes over the topics of a session that has ended and sends what it has missed, behind the
   * answers to those subscriptions that its request repeats.
   */
  final void resume(ParkedSession old, Replay replay, List<SubscriptionRequest> inline) {
    memory = replay.memory();
    old.topics().forEach(this::hold);
    send(Opcode.ACK, Payloads.ackResume(true, replay.frames(), visibleTopics()));
    markHistory();
    SessionCommands.confirm(this, inline);
    replay.send(this);
  }
}
