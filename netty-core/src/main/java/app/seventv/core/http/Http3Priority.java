package app.seventv.core.http;

/**
 * Priority of a response as the client asks for it (RFC 9218 §4).
 *
 * @param urgency 0 (first) to 7 (last)
 * @param incremental whether the response is of use in pieces, and so shares the connection
 */
record Http3Priority(int urgency, boolean incremental) {
  /** What a request without the field gets (RFC 9218 §4.1, §4.2). */
  static final Http3Priority DEFAULT = new Http3Priority(3, false);

  /** Largest urgency value of the field. */
  private static final int MAX_URGENCY = 7;

  /** quiche's own default for control streams is the last of its scale; requests come before it. */
  private static final int QUIC_BASE_URGENCY = 120;

  /** Reads the field; what is unknown or malformed is ignored, as the RFC wants. */
  static Http3Priority parse(String field) {
    int urgency = DEFAULT.urgency;
    boolean incremental = DEFAULT.incremental;
    for (String part : field.split(",", -1)) {
      String member = part.strip();
      int parameters = member.indexOf(';');
      if (parameters >= 0) {
        member = member.substring(0, parameters).stripTrailing();
      }
      if (member.length() == 3 && member.startsWith("u=")) {
        int value = member.charAt(2) - '0';
        urgency = value >= 0 && value <= MAX_URGENCY ? value : urgency;
      } else if (member.equals("i") || member.equals("i=?1")) {
        incremental = true;
      } else if (member.equals("i=?0")) {
        incremental = false;
      }
    }
    return new Http3Priority(urgency, incremental);
  }

  /** The urgency on quiche's scale, smaller first. */
  int quicUrgency() {
    return QUIC_BASE_URGENCY + urgency;
  }
}
