package app.seventv.events;

/**
 * Why the server ends a session: all codes that clients know (event-api.md §3, §7). Without
 * authentication, and with duplicates that are silent, 4003, 4004, 4009 and 4011 have no cause; a
 * server never ends a session for nothing, so 4013 has none either.
 */
enum EndReason {
  SERVER_ERROR(4000, "Internal Server Error", 1003),
  UNKNOWN_OPERATION(4001, "Unknown Operation", 1008),
  INVALID_PAYLOAD(4002, "Invalid Payload", 1008),
  AUTH_FAILURE(4003, "Authentication Failure", 1008),
  ALREADY_IDENTIFIED(4004, "Already identified", 1008),
  RATE_LIMIT(4005, "Rate limit reached", 1008),
  RESTART(4006, "Server is restarting", 1001),

  /** Clients come back after minutes, so they are not told to reconnect before. */
  MAINTENANCE(4007, "Maintenance Mode", 1001),

  TIMEOUT(4008, "Timeout", 1003),
  ALREADY_SUBSCRIBED(4009, "Already Subscribed", 1008),
  NOT_SUBSCRIBED(4010, "Not Subscribed", 1008),
  INSUFFICIENT_PRIVILEGE(4011, "Insufficient Privilege", 1008),
  RECONNECT(4012, "Reconnect", 1001),
  NORMAL_CLOSURE(4013, "Normal Closure", 1000);

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
