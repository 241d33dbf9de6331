package app.seventv.cdn;

/** Why the origin gave no answer; without a stack trace, since an outage makes thousands. */
final class OriginFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Kinds of failure and the status that clients get. */
  enum Kind {
    /** The origin answered with an error or broke the transfer. */
    ERROR(502, "InternalServerError"),
    /** The deadline passed. */
    TIMEOUT(504, "Timeout"),
    /** Too many requests wait for the origin already. */
    OVERLOADED(503, "Overloaded");

    private final int status;
    private final String label;

    Kind(int status, String label) {
      this.status = status;
      this.label = label;
    }

    int status() {
      return status;
    }

    String label() {
      return label;
    }
  }

  private final Kind kind;

  OriginFailure(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
