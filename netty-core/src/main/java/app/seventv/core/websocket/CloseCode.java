package app.seventv.core.websocket;

/** Close codes of RFC 6455 §7.4.1. */
public final class CloseCode {
  /** Purpose fulfilled. */
  public static final int NORMAL = 1000;

  /** Server going down, or a page left. */
  public static final int GOING_AWAY = 1001;

  /** Malformed frames. */
  public static final int PROTOCOL_ERROR = 1002;

  /** A message type that the endpoint does not accept. */
  public static final int UNSUPPORTED_DATA = 1003;

  /** The close frame carried no code; never sent. */
  public static final int NO_STATUS = 1005;

  /** The connection ended without a close frame; never sent. */
  public static final int ABNORMAL = 1006;

  /** Text that is not UTF-8. */
  public static final int INVALID_PAYLOAD = 1007;

  /** A limit of the server other than a message's size. */
  public static final int POLICY_VIOLATION = 1008;

  /** Message over the limit. */
  public static final int TOO_BIG = 1009;

  /** Unexpected condition in the server. */
  public static final int INTERNAL_ERROR = 1011;

  private CloseCode() {}

  /**
   * Whether a close frame may carry the code (RFC 6455 §7.4; the registry as event-api.md §3 has
   * it).
   */
  static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1013)
        || (code >= 3000 && code <= 4999);
  }
}
