package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionOfferTest {
  private static final String AGREED =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static String answer(String field) {
    for (ExtensionOffer offer : Objects.requireNonNull(ExtensionOffer.parse(field))) {
      String answer = offer.accept();
      if (answer != null) {
        return answer;
      }
    }
    return "";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "Permessage-Deflate; Client_Max_Window_Bits",
        "permessage-deflate; client_max_window_bits=8",
        "permessage-deflate;client_max_window_bits=\"15\";server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; unknown, , permessage-deflate"
      })
  void contextsAreAlwaysGivenUp(String field) {
    assertThat(answer(field)).isEqualTo(AGREED);
  }

  @Test
  void windowOfTheServerIsHonoured() {
    assertThat(answer("permessage-deflate; server_max_window_bits=15"))
        .isEqualTo(AGREED + "; server_max_window_bits=15");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''",
        "permessage-bzip2",
        "permessage-deflate; server_max_window_bits=14",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; mystery"
      })
  void otherOffersAreDeclined(String field) {
    assertThat(answer(field)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ";",
        "permessage-deflate;",
        "permessage-deflate; a=",
        "permessage-deflate; a=\"b",
        "permessage-deflate; a=\"b c\"",
        "permessage-deflate a",
        "a b",
        "a; =b",
        "a/b"
      })
  void brokenGrammarFailsTheHandshake(String field) {
    assertThat(ExtensionOffer.parse(field)).isNull();
  }
}
