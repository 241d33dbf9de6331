package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §8.8.3. */
class EntityTagTest {
  private static EntityTag tag(String text) {
    return Objects.requireNonNull(EntityTag.parse(text));
  }

  /** The table of §8.8.3.2. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "W/\"1\", W/\"1\", false, true",
        "W/\"1\", W/\"2\", false, false",
        "W/\"1\", \"1\", false, true",
        "\"1\", \"1\", true, true"
      })
  void comparisons(String one, String two, boolean strong, boolean weak) {
    assertThat(tag(one).isSameStrongly(tag(two))).isEqualTo(strong);
    assertThat(tag(one).isSameWeakly(tag(two))).isEqualTo(weak);
    assertThat(tag(one).isIn(two, true)).isEqualTo(strong);
    assertThat(tag(one).isIn(two, false)).isEqualTo(weak);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"a\" | true",
        "\"b\", \"a\" | true",
        "\"b\",\"a\" | true",
        " ,, \"b\" ,\t\"a\" | true",
        "\"b, \"a\" | false",
        "\"a\"x | false",
        "\"x,y\", \"a\" | true",
        "W/\"a\" | true",
        "w/\"a\" | false",
        "a | false",
        "a, \"a\" | false",
        "\"A\" | false",
        "\"a | false",
        "* | false",
        "\"b\", * , \"a\" | false",
        "\"a a\", \"a\" | false"
      })
  void lists(String list, boolean found) {
    assertThat(EntityTag.strong("a").isIn(list, false)).isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "\"a", "a\"", "\"a\"b", "w/\"a\"", "W/a", "W/", "\"a b\"", "\"\""})
  void onlyQuotedTextIsATag(String text) {
    assertThat(EntityTag.parse(text) != null).isEqualTo(text.equals("\"\""));
  }

  @Test
  void badContentIsRefused() {
    assertThatThrownBy(() -> EntityTag.strong("a\"b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EntityTag.weak("a\nb")).isInstanceOf(IllegalArgumentException.class);
    assertThat(EntityTag.strong("x").weakened()).hasToString("W/\"x\"");
  }
}
