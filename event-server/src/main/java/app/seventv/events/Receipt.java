package app.seventv.events;

/** What is known about the arrival of an ended session's last frames. */
enum Receipt {
  /** The client has received all that it was sent: it answered the close frame behind it. */
  ALL(1),

  /** The server has ended the session; the client's close frame may still come. */
  DUE(2),

  /** Frames may have been lost on their way. */
  UNKNOWN(3);

  private final int code;

  Receipt(int code) {
    this.code = code;
  }

  /** What stands for it between processes. */
  int code() {
    return code;
  }
}
