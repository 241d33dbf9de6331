package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Builds the multipart requests of {@code POST /v4/emotes} (api-v4.md §7.2). */
final class EmoteUploads {
  private EmoteUploads() {}

  /** An upload without a session. */
  static HttpRequest.Builder request(StoryContext story, String name, byte[] file) {
    String boundary = "story-" + UUID.randomUUID();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    part(body, boundary, "metadata", "application/json");
    body.writeBytes(
        ("{\"name\":\"" + name + "\",\"tags\":[\"story\"]}\r\n").getBytes(StandardCharsets.UTF_8));
    part(body, boundary, "file", "application/octet-stream");
    body.writeBytes(file);
    body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return story
        .request(story.addresses().http(Port.API, "/v4/emotes"))
        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()));
  }

  private static void part(ByteArrayOutputStream body, String boundary, String name, String type) {
    String head =
        "--"
            + boundary
            + "\r\ncontent-disposition: form-data; name=\""
            + name
            + "\"\r\ncontent-type: "
            + type
            + "\r\n\r\n";
    body.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
  }
}
