package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our header fields answer as Netty's do. */
class HeaderFieldsTest {
  private static final List<CharSequence> NAMES =
      List.of(
          "accept",
          "Accept",
          "x",
          AsciiString.cached("X"),
          "cookie",
          "x-long-name",
          "l".repeat(70)); // 64 more than "accept": their lengths share a bit

  @Test
  void randomUseGivesTheSameAsNettys() {
    Random random = new Random(11);
    for (int round = 0; round < 500; round++) {
      HttpHeaders ours = HeaderFields.checked();
      HttpHeaders theirs = new DefaultHttpHeaders();
      for (int step = 0; step < 40; step++) {
        int kind = random.nextInt(8);
        CharSequence name = NAMES.get(random.nextInt(NAMES.size()));
        String value = Integer.toString(random.nextInt(1_000));
        change(ours, kind, name, value);
        change(theirs, kind, name, value);
        assertThat(ours.entries()).isEqualTo(theirs.entries());
        assertThat(ours.get(name)).isEqualTo(theirs.get(name));
        assertThat(ours.getAll(name)).isEqualTo(theirs.getAll(name));
        assertThat(ours.getInt(name)).isEqualTo(theirs.getInt(name));
        assertThat(ours.contains(name, value, true)).isEqualTo(theirs.contains(name, value, true));
        assertThat(ours.size()).isEqualTo(theirs.size());
      }
      assertThat(ours.copy()).isEqualTo(ours);
    }
  }

  private static void change(HttpHeaders headers, int kind, CharSequence name, String value) {
    switch (kind) {
      case 0 -> headers.set(name, value);
      case 1 -> headers.set(name.toString(), List.of(value, "b"));
      case 2 -> headers.remove(name);
      case 3 -> headers.setInt(name, Integer.parseInt(value));
      default -> headers.add(name, value);
    }
  }

  @Test
  @SuppressWarnings("JavaUtilDate") // what HttpHeaders takes
  void datesAndOtherNumbersAreRead() {
    HttpHeaders headers = HeaderFields.checked();
    headers.set("date", new Date(784111777000L)).set("n", "70000").set("word", "x");
    assertThat(headers.get("date")).isEqualTo("Sun, 6 Nov 1994 08:49:37 GMT".replace(" 6", " 06"));
    assertThat(headers.getTimeMillis("date")).isEqualTo(784111777000L);
    assertThat(headers.getShort("n", (short) 3)).isEqualTo((short) 3);
    assertThat(headers.getInt("word", 4)).isEqualTo(4);
    assertThat(headers.getTimeMillis("none", 5)).isEqualTo(5);
  }

  @Test
  void whatIsNotFitForTheWireIsRefused() {
    HttpHeaders headers = HeaderFields.checked();
    for (String name : List.of("", "a b", "a:", "a\r", "\u00e9", "\u0141")) {
      assertThatThrownBy(() -> headers.add(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }
    for (String value : List.of("a\r\nb", "a\nb", "\0", "\u007f")) {
      assertThatThrownBy(() -> headers.set("a", value))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void roomForSomeIsRoomForMore() {
    HttpHeaders fields = Response.newHeaders(0);
    for (int i = 0; i < 40; i++) {
      fields.add("x-" + i, i);
    }
    assertThat(fields.size()).isEqualTo(40);
    assertThat(fields.get("x-39")).isEqualTo("39");
  }
}
