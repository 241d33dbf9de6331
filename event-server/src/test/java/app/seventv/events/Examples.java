package app.seventv.events;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The example files of the specification. */
public final class Examples {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Examples() {}

  /** A file as a tree; numbers and key order are kept. */
  public static JsonNode tree(String name) {
    try (InputStream in = Examples.class.getResourceAsStream("/examples/" + name + ".json")) {
      if (in == null) {
        throw new IllegalArgumentException("no example " + name);
      }
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file as it is on the wire. */
  public static String compact(String name) {
    return tree(name).toString();
  }

  /** The {@code d} of a frame as it is on the wire. */
  public static String payload(String name) {
    JsonNode payload = tree(name).get("d");
    if (payload == null) {
      throw new IllegalArgumentException("no d in " + name);
    }
    return payload.toString();
  }
}
