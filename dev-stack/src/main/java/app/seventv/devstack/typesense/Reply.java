package app.seventv.devstack.typesense;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/**
 * One reply.
 *
 * @param lengthBytes the body's length, 0 when it is not known beforehand
 */
record Reply(int status, String contentType, long lengthBytes, Body body) {
  /** Writes the body. */
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  private static final String JSON = "application/json; charset=utf-8";
  private static final String LINES = "text/plain; charset=utf-8";

  static Reply json(int status, JsonNode json) {
    return bytes(status, JSON, Json.bytes(json));
  }

  static Reply ok(JsonNode json) {
    return json(200, json);
  }

  static Reply error(ApiException refusal) {
    return json(refusal.status(), Json.object().put("message", refusal.text()));
  }

  /** JSON documents, one a line. */
  static Reply lines(String lines) {
    return bytes(200, LINES, lines.getBytes(StandardCharsets.UTF_8));
  }

  /** JSON documents, one a line, written as they are read. */
  static Reply streamedLines(Body body) {
    return new Reply(200, LINES, 0, body);
  }

  private static Reply bytes(int status, String contentType, byte[] bytes) {
    return new Reply(status, contentType, bytes.length, out -> out.write(bytes));
  }
}
