package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.imageprocessor.ErrorCode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PathTemplateTest {
  private static final Map<String, String> VALUES =
      Map.of("id", "65f0", "scale", "4", "static", "_static", "ext", "webp");

  @Test
  void variablesAreReplaced() {
    assertThat(PathTemplate.expand("emote/{id}/{scale}x{static}.{ext}", VALUES))
        .isEqualTo("emote/65f0/4x_static.webp");
  }

  @Test
  void doubledBracesAreLiteral() {
    assertThat(PathTemplate.expand("{{{id}}}", VALUES)).isEqualTo("{65f0}");
  }

  @Test
  void aFormatPads() {
    assertThat(PathTemplate.expand("{scale:03}", VALUES)).isEqualTo("004");
    assertThat(PathTemplate.expand("{scale:*^5}", VALUES)).isEqualTo("**4**");
    assertThat(PathTemplate.expand("{scale:>3}|{scale:3}", VALUES)).isEqualTo("  4|4  ");
  }

  @Test
  void onlyTheAllowedVariablesPass() {
    assertThatCode(() -> PathTemplate.check("f", "{id}.{ext}", PathTemplate.UPLOAD))
        .doesNotThrowAnyException();
    assertRefused("{scale}", "f: unknown variable 'scale'");
    assertRefused("", "f: must not be empty");
    assertRefused("{id", "f: unclosed brace");
    assertRefused("id}", "f: unmatched closing brace");
    assertRefused("{id:9999}", "f: bad format '9999'");
  }

  private static void assertRefused(String template, String message) {
    assertThatThrownBy(() -> PathTemplate.check("f", template, PathTemplate.UPLOAD))
        .isInstanceOfSatisfying(
            JobFailure.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ErrorCodeInvalidInput))
        .hasMessage(message);
  }
}
