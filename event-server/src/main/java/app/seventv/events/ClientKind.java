package app.seventv.events;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who connects: application, version and transport, as far as figures tell them apart. Shared by
 * all such sessions.
 */
final class ClientKind {
  /** Label of a websocket. */
  static final String WEBSOCKET = "Websocket";

  /** Label of an SSE stream. */
  static final String EVENT_STREAM = "EventStream";

  private final String transport;
  private final String app;
  private final String version;

  /** Open sessions. */
  final LongAdder open = new LongAdder();

  private final Map<Opcode, LongAdder> sent = new EnumMap<>(Opcode.class);
  private final Map<Opcode, LongAdder> received = new EnumMap<>(Opcode.class);
  private final LongAdder forbidden = new LongAdder();

  ClientKind(String transport, String app, String version) {
    this.transport = transport;
    this.app = app;
    this.version = version;
    for (Opcode opcode : Opcode.values()) {
      (opcode.isFromServer() ? sent : received).put(opcode, new LongAdder());
    }
  }

  /** Counts a frame to a client. */
  void sent(Opcode opcode) {
    Objects.requireNonNull(sent.get(opcode)).increment();
  }

  /** Counts a message of a client. */
  void received(Command command) {
    LongAdder count =
        switch (command) {
          case Command.Subscribe _ -> received.get(Opcode.SUBSCRIBE);
          case Command.Unsubscribe _ -> received.get(Opcode.UNSUBSCRIBE);
          case Command.Resume _ -> received.get(Opcode.RESUME);
          case Command.Plain.BRIDGE -> received.get(Opcode.BRIDGE);
          case Command.Plain.FORBIDDEN -> forbidden;
        };
    Objects.requireNonNull(count).increment();
  }

  /** Reports all counts: direction, name of the command, count. */
  void commands(CommandCounts counts) {
    sent.forEach((opcode, count) -> counts.read("Server", opcode.sseName(), count.sum()));
    received.forEach((opcode, count) -> counts.read("Client", opcode.sseName(), count.sum()));
    counts.read("Client", "forbidden", forbidden.sum());
  }

  /** Takes the counts of commands. */
  @FunctionalInterface
  interface CommandCounts {
    void read(String direction, String command, long count);
  }

  String transport() {
    return transport;
  }

  String app() {
    return app;
  }

  String version() {
    return version;
  }
}
