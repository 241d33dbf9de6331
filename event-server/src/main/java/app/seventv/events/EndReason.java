package app.seventv.events;

/** Why the server ends a session (event-api.md §3, §7). */
enum EndReason {
  SERVER_ERROR(4000, "Internal Server Error", 1003),
  UNKNOWN_OPERATION(4001, "Unknown Operation", 1008),
  INVALID_PAYLOAD(4002, "Invalid Payload", 1008),
  RATE_LIMIT(4005, "Rate limit reached", 1008),
  RESTART(4006, "Server is restarting", 1001),
  TIMEOUT(4008, "Timeout", 1003),
  NOT_SUBSCRIBED(4010, "Not Subscribed", 1008),
  RECONNECT(4012, "Reconnect", 1001);

  private final int code;
  private final String message;
  private final int closeFrameCode;

  EndReason(int code, String message, int closeFrameCode) {
    this.code = code;
    this.message = message;
    this.closeFrameCode = closeFrameCode;
  }

  /** Whether the client may go on in another session: it has done nothing wrong, and reads. */
  boolean isResumable() {
    return this == RESTART || this == RECONNECT || this == SERVER_ERROR;
  }

  /** Code inside the END_OF_STREAM message. */
  int code() {
    return code;
  }

  /** Text of the END_OF_STREAM message and reason of the close frame. */
  String message() {
    return message;
  }

  /** Code of the websocket close frame. */
  int closeFrameCode() {
    return closeFrameCode;
  }
}
