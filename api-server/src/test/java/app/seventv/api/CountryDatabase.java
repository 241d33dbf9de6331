package app.seventv.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes a MaxMind database (format 2.0) that puts every IPv4 address with a first bit of 0 into
 * one country and those with a first bit of 1 into none. A node is two records of 24 bits: 0 is the
 * node itself, 1 its count (nothing found), 17 = count + 16 points to the start of the data.
 */
final class CountryDatabase {
  private static final int MAP = 7 << 5;
  private static final int STRING = 2 << 5;
  private static final int UINT16 = 5 << 5;
  private static final int UINT32 = 6 << 5;

  private CountryDatabase() {}

  static Path write(Path file, String country) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 0, 17, 0, 0, 1}); // the only node: data, nothing
    out.writeBytes(new byte[16]);
    value(out, Map.of("country", Map.of("iso_code", country)));
    out.writeBytes(new byte[] {(byte) 0xAB, (byte) 0xCD, (byte) 0xEF});
    out.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
    metadata(out);
    return Files.write(file, out.toByteArray());
  }

  private static void metadata(ByteArrayOutputStream out) {
    out.write(MAP | 9);
    value(out, "node_count");
    number(out, UINT32, 1);
    value(out, "record_size");
    number(out, UINT16, 24);
    value(out, "ip_version");
    number(out, UINT16, 4);
    value(out, "binary_format_major_version");
    number(out, UINT16, 2);
    value(out, "binary_format_minor_version");
    number(out, UINT16, 0);
    value(out, "database_type");
    value(out, "Test-Country");
    value(out, "languages");
    out.write(1); // a list of one element: extended type 11
    out.write(4);
    value(out, "en");
    value(out, "build_epoch");
    out.write(1); // a number of one byte: extended type 9
    out.write(2);
    out.write(1);
    value(out, "description");
    value(out, Map.of("en", "test"));
  }

  private static void number(ByteArrayOutputStream out, int type, int value) {
    out.write(type | 1);
    out.write(value);
  }

  private static void value(ByteArrayOutputStream out, Object value) {
    if (value instanceof Map<?, ?> map) {
      out.write(MAP | map.size());
      map.forEach((key, member) -> List.of(key, member).forEach(each -> value(out, each)));
    } else {
      byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
      if (text.length < 29) {
        out.write(STRING | text.length);
      } else {
        throw new IllegalArgumentException("too long: " + value);
      }
      out.writeBytes(text);
    }
  }
}
