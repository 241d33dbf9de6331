package app.seventv.core.http;

/**
 * Where a response stands among those of its connection that wait for the client's windows or the
 * network; see {@link Http3Blocked}.
 */
final class Http3Place {
  private final Http3Stream stream;
  private final Http3Connection connection;
  private Priority priority = Priority.DEFAULT;
  private long turn;
  private boolean inLine;

  Http3Place(Http3Stream stream, Http3Connection connection) {
    this.stream = stream;
    this.connection = connection;
  }

  Priority priority() {
    return priority;
  }

  /** Orders the response anew. */
  void order(Priority changed) {
    boolean waits = inLine;
    leave();
    priority = changed;
    connection.priorities().apply(stream.id(), changed);
    if (waits) {
      join();
    }
  }

  long turn() {
    return turn;
  }

  void turn(long number) {
    turn = number;
  }

  /** Whether the response waits for its turn. */
  boolean isInLine() {
    return inLine;
  }

  void join() {
    if (!inLine) {
      inLine = true;
      connection.blocked().add(stream);
    }
  }

  void leave() {
    if (inLine) {
      inLine = false;
      connection.blocked().remove(stream);
    }
  }
}
