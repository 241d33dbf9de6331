package app.seventv.events;

/** Values of the label {@code code} of closed connections (event-api.md §16.3). */
final class CloseLabels {
  /** A client that went away without a close frame. */
  static final String ABNORMAL = "CLIENT_CLOSED_ABNORMAL";

  /** A connection that nobody had noticed was dead, when its client came back. */
  static final String SUPERSEDED = "SUPERSEDED";

  private CloseLabels() {}

  /** Label for the code of a client's close frame. */
  static String ofClient(int code) {
    return switch (code) {
      case 1000 -> "CLIENT_CLOSED_CLEAN";
      case 1001 -> "CLIENT_CLOSED_AWAY";
      case 1002 -> "CLIENT_CLOSED_PROTOCOL";
      case 1003 -> "CLIENT_CLOSED_UNSUPPORTED";
      case 1005 -> "CLIENT_CLOSED_STATUS";
      case 1006 -> ABNORMAL;
      case 1007 -> "CLIENT_CLOSED_INVALID";
      case 1008 -> "CLIENT_CLOSED_POLICY";
      case 1009 -> "CLIENT_CLOSED_SIZE";
      case 1010 -> "CLIENT_CLOSED_EXTENSION";
      case 1011 -> "CLIENT_CLOSED_ERROR";
      case 1012 -> "CLIENT_CLOSED_RESTART";
      case 1013 -> "CLIENT_CLOSED_AGAIN";
      default -> "CLIENT_CLOSED_UNKNOWN";
    };
  }
}
