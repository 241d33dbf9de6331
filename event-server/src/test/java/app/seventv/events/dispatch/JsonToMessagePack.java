package app.seventv.events.dispatch;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** Writes the JSON renderings of bus messages as MessagePack, independently of the service. */
public final class JsonToMessagePack {
  private JsonToMessagePack() {}

  /** The message that a JSON tree stands for. */
  public static byte[] encode(JsonNode json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(json, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonNode json, DataOutputStream out) throws IOException {
    if (json.isObject()) {
      out.writeByte(0xde);
      out.writeShort(json.size());
      for (var field : json.properties()) {
        text(field.getKey(), out);
        write(field.getValue(), out);
      }
    } else if (json.isArray()) {
      out.writeByte(0xdc);
      out.writeShort(json.size());
      for (JsonNode item : json) {
        write(item, out);
      }
    } else if (json.isString()) {
      text(json.stringValue(), out);
    } else if (json.isBoolean()) {
      out.writeByte(json.booleanValue() ? 0xc3 : 0xc2);
    } else if (json.isIntegralNumber()) {
      out.writeByte(0xd3);
      out.writeLong(json.longValue());
    } else if (json.isNumber()) {
      out.writeByte(0xcb);
      out.writeDouble(json.doubleValue());
    } else {
      out.writeByte(0xc0);
    }
  }

  private static void text(String text, DataOutputStream out) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeByte(0xda);
    out.writeShort(utf8.length);
    out.write(utf8);
  }
}
