package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.CommandFailure.NON_RESUMABLE;

import de.bwaldvogel.mongo.bson.Document;

/**
 * A position in the change journal as the client holds it.
 *
 * @param incarnation the journal's identity
 * @param position the event's position
 * @param invalidate true for the token of an {@code invalidate} event
 */
record ResumeToken(long incarnation, long position, boolean invalidate) {

  private static final int HEX_DIGITS = 16;
  private static final int LENGTH = 2 * HEX_DIGITS + 2;

  Document toDocument() {
    return new Document(
        "_data", "%016x%016x%s".formatted(incarnation, position, invalidate ? "01" : "00"));
  }

  /** Reads a token; anything we did not write is error 260. */
  static ResumeToken parse(Document token) {
    if (token.get("_data") instanceof String data && data.length() == LENGTH) {
      try {
        return new ResumeToken(
            Long.parseUnsignedLong(data, 0, HEX_DIGITS, 16),
            Long.parseUnsignedLong(data, HEX_DIGITS, 2 * HEX_DIGITS, 16),
            data.endsWith("01"));
      } catch (NumberFormatException e) {
        // reported below
      }
    }
    throw invalid("Bad resume token: _data of missing or of wrong type");
  }

  static CommandFailure invalid(String message) {
    return new CommandFailure(260, "InvalidResumeToken", message, NON_RESUMABLE);
  }
}
