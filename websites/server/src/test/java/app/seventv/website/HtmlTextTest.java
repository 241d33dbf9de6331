package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HtmlTextTest {
  @Test
  void escapesEverythingThatCouldEndTextOrAttribute() {
    assertThat(HtmlText.escape("\"><script>'&")).isEqualTo("&quot;&gt;&lt;script&gt;&#39;&amp;");
  }

  @Test
  void dropsControlCharactersAndDirectionMarks() {
    assertThat(HtmlText.clean("a\u0000b\u001bc\u202Ed\u2066e\u200Ff\u061Cg")).isEqualTo("abcdefg");
  }

  @Test
  void collapsesWhiteSpaceAndTrims() {
    assertThat(HtmlText.clean(" \n a \t\u00a0 b\r\n")).isEqualTo("a b");
  }

  @Test
  void dropsLoneSurrogatesButKeepsEmoji() {
    assertThat(HtmlText.clean("x\ud83dy\ud83d\ude00")).isEqualTo("xy\ud83d\ude00");
  }

  @Test
  void cutsAtTheLimitWithoutSplittingACharacter() {
    String cleaned = HtmlText.clean("\ud83d\ude00".repeat(300));
    assertThat(cleaned.codePointCount(0, cleaned.length()))
        .isEqualTo(HtmlText.MAX_VALUE_CODE_POINTS);
    assertThat(cleaned).endsWith("\ud83d\ude00");
  }

  @Test
  void jsonCannotEndItsScriptElement() {
    assertThat(HtmlText.escapeJsonBlock("{\"a\":\"</script><!--&\"}"))
        .isEqualTo("{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u0026\"}");
  }
}
