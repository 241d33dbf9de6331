package app.seventv.core.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads lists of requests as bytes: a line each, {@code NAME | BYTES}. */
final class RawRequests {
  private static final Pattern REPEATED = Pattern.compile("\\{(.*?)}×(\\d+)");

  private RawRequests() {}

  /** A request as it goes over the wire. */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  record RawRequest(String name, byte[] bytes) {}

  static List<RawRequest> load(String resource) throws IOException {
    List<RawRequest> requests = new ArrayList<>();
    try (InputStream in = RawRequests.class.getResourceAsStream(resource)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.split("\n", -1)) {
        int bar = line.indexOf(" | ");
        if (bar > 0 && !line.startsWith("#")) {
          requests.add(new RawRequest(line.substring(0, bar), bytes(line.substring(bar + 3))));
        }
      }
    }
    return requests;
  }

  @SuppressWarnings("IncrementInForLoopAndHeader") // an escape has two characters
  private static byte[] bytes(String escaped) {
    String text =
        REPEATED
            .matcher(escaped)
            .replaceAll(
                m -> Matcher.quoteReplacement(m.group(1).repeat(Integer.parseInt(m.group(2)))));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.write(c);
        continue;
      }
      i++;
      switch (text.charAt(i)) {
        case 'r' -> out.write('\r');
        case 'n' -> out.write('\n');
        case 't' -> out.write('\t');
        case '\\' -> out.write('\\');
        case 'x' -> {
          out.write(Integer.parseInt(text, i + 1, i + 3, 16));
          i += 2;
        }
        default -> throw new IllegalArgumentException("unknown escape in " + escaped);
      }
    }
    return out.toByteArray();
  }
}
