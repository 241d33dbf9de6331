package app.seventv.events;

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

  ClientKind(String transport, String app, String version) {
    this.transport = transport;
    this.app = app;
    this.version = version;
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
