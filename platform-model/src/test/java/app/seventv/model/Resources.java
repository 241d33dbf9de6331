package app.seventv.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.bson.BsonDocument;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Example files on the test class path. */
public final class Resources {

  private Resources() {}

  /** A file as text. */
  public static String text(String name) {
    try (InputStream in = Resources.class.getResourceAsStream("/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file as JSON. */
  public static JsonNode json(String name) {
    return JsonMapper.shared().readTree(text(name));
  }

  /** A file of MongoDB extended JSON as a document. */
  public static BsonDocument bson(String name) {
    return BsonDocument.parse(text(name));
  }
}
