package app.seventv.events;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The operation codes of the envelope (event-api.md §6). */
enum Opcode {
  DISPATCH(0),
  HELLO(1),
  HEARTBEAT(2),
  RECONNECT(4),
  ACK(5),
  ERROR(6),
  END_OF_STREAM(7),
  IDENTIFY(33),
  RESUME(34),
  SUBSCRIBE(35),
  UNSUBSCRIBE(36),
  SIGNAL(37),
  BRIDGE(38);

  private static final List<Opcode> ALL = List.of(values());

  private final int code;

  Opcode(int code) {
    this.code = code;
  }

  /** The opcode of a number, or null. */
  static @Nullable Opcode ofCode(int code) {
    for (Opcode opcode : ALL) {
      if (opcode.code == code) {
        return opcode;
      }
    }
    return null;
  }

  /** Whether the server sends it. */
  boolean isFromServer() {
    return code <= END_OF_STREAM.code;
  }

  int code() {
    return code;
  }

  /** Name of the event on an SSE stream. */
  String sseName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
