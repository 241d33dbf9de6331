package app.seventv.events;

/** What is known about the arrival of an ended session's last frames. */
enum Receipt {
  /** The client has received all that it was sent: it answered the close frame behind it. */
  ALL,

  /** The server has ended the session; the client's close frame may still come. */
  DUE,

  /** Frames may have been lost on their way. */
  UNKNOWN
}
