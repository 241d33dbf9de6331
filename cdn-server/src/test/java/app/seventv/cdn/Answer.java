package app.seventv.cdn;

import app.seventv.core.http.Http3Client;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** An answer; names in lower case. */
final class Answer {
  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  Answer(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Of the JDK's client. */
  static Answer of(HttpResponse<byte[]> answer) {
    Map<String, String> fields = new TreeMap<>();
    answer.headers().map().forEach((name, values) -> fields.put(name, String.join(", ", values)));
    fields.remove(":status");
    return new Answer(answer.statusCode(), fields, answer.body());
  }

  static Answer of(Http3Client.Answer answer) {
    return new Answer(answer.status(), answer.headers(), answer.body());
  }

  int status() {
    return status;
  }

  byte[] body() {
    return body;
  }

  Map<String, String> headers() {
    return headers;
  }

  String header(String name) {
    return headers.getOrDefault(name, "(none)");
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return status + " " + headers;
  }
}
