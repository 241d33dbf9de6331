package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldTextTest {
  private static final int BEFORE = 3;

  /** What is put behind three other bytes; two more must stay as they are. */
  private static String put(CharSequence text) {
    byte[] room = new byte[BEFORE + text.length() + 2];
    int end = FieldText.put(text, room, BEFORE);
    assertThat(end).isEqualTo(BEFORE + text.length());
    assertThat(new byte[] {room[0], room[1], room[2], room[end], room[end + 1]})
        .containsOnly((byte) 0);
    return new String(room, BEFORE, end - BEFORE, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 40})
  void controlCharactersBecomeSpacesWhereverTheyAre(int length) {
    for (int at = 0; at < length; at++) {
      for (char c = 0; c <= 0xFF; c++) {
        StringBuilder text = new StringBuilder("é~a\t ".repeat(9)).delete(length, 45);
        text.setCharAt(at, c);
        String given = text.toString();
        boolean control = (c < ' ' && c != '\t') || c == 0x7F;
        text.setCharAt(at, control ? ' ' : c);
        assertThat(put(given)).isEqualTo(text.toString());
        byte[] bytes = ("xy" + given).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(put(new AsciiString(bytes, 2, length, false))).isEqualTo(text.toString());
        assertThat(put(CharBuffer.wrap(given))).isEqualTo(text.toString());
      }
    }
  }

  /** Its low byte is a line end. */
  @Test
  void aCharacterThatIsNotOfTheSetMakesNoLineEnd() {
    assertThat(put("a\u010Ab\u010D")).isEqualTo("a b ");
  }
}
