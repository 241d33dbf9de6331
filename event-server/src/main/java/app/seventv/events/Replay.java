package app.seventv.events;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All frames that a session is sent on resuming, made before the answer that counts them. */
final class Replay {
  private final List<byte[]> payloads;

  /** Whether the payload at the same place depends on what the session was told before. */
  private final List<Boolean> presence;

  private final @Nullable PresenceMemory memory;

  private Replay(List<byte[]> payloads, List<Boolean> presence, @Nullable PresenceMemory memory) {
    this.payloads = payloads;
    this.presence = presence;
    this.memory = memory;
  }

  /**
   * What events lead to in a session.
   *
   * @param old the session, whose memory of presences is used up
   * @param maxFrames that may be sent at once
   * @param maxBytes of all frames, with what is around their payloads
   * @return null if it is too much to be sent at once; the session is of no use then
   */
  static @Nullable Replay of(
      ParkedSession old, List<SharedDispatch> missed, int maxFrames, long maxBytes) {
    List<byte[]> payloads = new ArrayList<>(missed.size());
    List<Boolean> presence = new ArrayList<>(missed.size());
    PresenceMemory memory = old.memory();
    for (SharedDispatch event : missed) {
      Presence seen = event.presence();
      if (seen == null) {
        payloads.add(event.payload());
      } else {
        memory = PresenceMemory.afterTelling(memory, seen, payloads);
      }
      while (presence.size() < payloads.size()) {
        presence.add(seen != null);
      }
    }
    long bytes = 0;
    for (byte[] payload : payloads) {
      bytes += payload.length + Frames.MAX_DISPATCH_OVERHEAD_BYTES;
    }
    return payloads.size() > maxFrames || bytes > maxBytes
        ? null
        : new Replay(payloads, presence, memory);
  }

  /** What the session has been told about users when all is sent. */
  @Nullable PresenceMemory memory() {
    return memory;
  }

  int frames() {
    return payloads.size();
  }

  void send(Session session) {
    FanOut out = session.loop().beginPersonal(payloads.size());
    for (int i = 0; i < payloads.size(); i++) {
      out.send(session, payloads.get(i), presence.get(i));
    }
    out.end();
  }
}
