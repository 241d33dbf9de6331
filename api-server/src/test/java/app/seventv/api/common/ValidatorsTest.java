package app.seventv.api.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ValidatorsTest {
  @Test
  void emoteNames() {
    assertThat(Validators.isEmoteName("waveHi_(2):!+|.'?><*$#")).isTrue();
    assertThat(Validators.isEmoteName("😀".repeat(100))).isTrue();
    assertThat(Validators.isEmoteName("a".repeat(101))).isFalse();
    assertThat(Validators.isEmoteName("")).isFalse();
    assertThat(Validators.isEmoteName("wave\n")).isFalse();
    assertThat(Validators.isEmoteName("wäve")).isFalse();
    assertThat(Validators.isEmoteName("two words")).isFalse();
  }

  @Test
  void aliasesKnowAllWords() {
    assertThat(Validators.isAlias("wäve&日本")).isTrue();
    assertThat(Validators.isAlias("a b")).isFalse();
  }

  @Test
  void setNamesMayHaveSpaces() {
    assertThat(Validators.isName("My set 1")).isTrue();
    assertThat(Validators.isName("a\tb")).isFalse();
  }

  @Test
  void tags() {
    assertThat(Validators.areTags(List.of("cat", "größe", "a_1"))).isTrue();
    assertThat(Validators.areTags(List.of("ab"))).isFalse();
    assertThat(Validators.areTags(List.of("with space"))).isFalse();
    assertThat(Validators.areTags(List.of("one", "two", "three", "four", "five", "six1", "sev")))
        .isFalse();
    assertThat(Validators.isTag("wave")).isTrue();
    assertThat(Validators.isTag("wave` || deleted: true")).isFalse();
    assertThat(Validators.isTag("wave\\")).isFalse();
  }
}
