package app.seventv.cdn;

/**
 * Whether every message that a consumer's server has given away has come. The server numbers them.
 * One that is lost with a connection comes again later, after others that are younger.
 */
final class Deliveries {
  private long last;
  private boolean complete = true;

  /** A new consumer: numbers begin with 1. */
  void restart() {
    last = 0;
    complete = true;
  }

  /** A connection has broken, perhaps with a message on its way. */
  void interrupted() {
    complete = false;
  }

  /** The server waits for no confirmation: all that it has given away has come. */
  void complete() {
    complete = true;
  }

  boolean isComplete() {
    return complete;
  }

  /** A message has come; tells whether all before it have. */
  boolean next(long number) {
    complete = complete && number == last + 1;
    last = number;
    return complete;
  }
}
