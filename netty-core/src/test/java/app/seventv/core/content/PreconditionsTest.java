package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.content.Preconditions.Outcome;
import app.seventv.core.http.Connection;
import app.seventv.core.http.HttpDate;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §13; the representation has the tag "a" and the date OLD. */
class PreconditionsTest {
  private static final long OLD = 784_111_777;
  private static final long NOW = OLD + 1_000_000;
  private static final EntityTag TAG = EntityTag.strong("a");

  private static Request request(String method, String headers) {
    HttpHeaders fields = Response.newHeaders();
    for (String line : headers.split(";", -1)) {
      if (line.contains(":")) {
        int colon = line.indexOf(':');
        fields.add(
            line.substring(0, colon).strip(),
            line.substring(colon + 1)
                .strip()
                .replace("OLDER", HttpDate.format(OLD - 1))
                .replace("NEWER", HttpDate.format(OLD + 1))
                .replace("OLD", HttpDate.format(OLD)));
      }
    }
    return new Request(
        method, "/", fields, new Connection(Protocol.HTTP_1, new InetSocketAddress(0), 0, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        // no condition
        "GET | x: y | PROCEED",
        // If-None-Match, §13.1.2
        "GET | if-none-match: \"a\" | NOT_MODIFIED",
        "HEAD | if-none-match: \"a\" | NOT_MODIFIED",
        "PUT | if-none-match: \"a\" | FAILED",
        "GET | if-none-match: W/\"a\" | NOT_MODIFIED",
        "GET | if-none-match: \"b\" | PROCEED",
        "GET | if-none-match: \"b\"; if-none-match: \"a\" | NOT_MODIFIED",
        "GET | if-none-match: * | NOT_MODIFIED",
        "PUT | if-none-match: * | FAILED",
        "GET | if-none-match: a | PROCEED",
        "GET | if-none-match: | PROCEED",
        // If-Modified-Since, §13.1.3
        "GET | if-modified-since: OLD | NOT_MODIFIED",
        "GET | if-modified-since: NEWER | NOT_MODIFIED",
        "GET | if-modified-since: OLDER | PROCEED",
        "HEAD | if-modified-since: OLD | NOT_MODIFIED",
        "POST | if-modified-since: OLD | PROCEED",
        "GET | if-modified-since: yesterday | PROCEED",
        "GET | if-modified-since: OLD; if-modified-since: OLD | PROCEED",
        "GET | if-none-match: \"b\"; if-modified-since: OLD | PROCEED",
        "GET | if-none-match: \"a\"; if-modified-since: OLDER | NOT_MODIFIED",
        // If-Match, §13.1.1
        "GET | if-match: \"a\" | PROCEED",
        "PUT | if-match: \"a\" | PROCEED",
        "PUT | if-match: \"b\", \"a\" | PROCEED",
        "PUT | if-match: W/\"a\" | FAILED",
        "PUT | if-match: \"b\" | FAILED",
        "PUT | if-match: * | PROCEED",
        "PUT | if-match: | FAILED",
        // If-Unmodified-Since, §13.1.4
        "PUT | if-unmodified-since: OLD | PROCEED",
        "PUT | if-unmodified-since: NEWER | PROCEED",
        "PUT | if-unmodified-since: OLDER | FAILED",
        "GET | if-unmodified-since: OLDER | FAILED",
        "PUT | if-unmodified-since: tomorrow | PROCEED",
        "PUT | if-match: \"a\"; if-unmodified-since: OLDER | PROCEED",
        // order, §13.2.2
        "GET | if-match: \"b\"; if-none-match: \"a\" | FAILED",
        "GET | if-match: \"a\"; if-none-match: \"a\" | NOT_MODIFIED",
        "GET | if-unmodified-since: OLDER; if-none-match: \"a\" | FAILED",
        "GET | if-unmodified-since: OLD; if-modified-since: OLD | NOT_MODIFIED"
      })
  void conditions(String method, String headers, Outcome outcome) {
    assertThat(Preconditions.evaluate(request(method, headers), TAG, OLD)).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "PUT | if-none-match: * | PROCEED",
        "PUT | if-none-match: \"a\" | PROCEED",
        "PUT | if-match: * | FAILED",
        "PUT | if-match: \"a\" | FAILED",
        "PUT | if-unmodified-since: OLD | PROCEED"
      })
  void conditionsOnWhatIsNotThere(String method, String headers, Outcome outcome) {
    assertThat(Preconditions.evaluateMissing(request(method, headers))).isEqualTo(outcome);
  }

  @Test
  void withoutValidatorsOnlyTheStarCounts() {
    assertThat(
            Preconditions.evaluate(request("GET", "if-none-match: \"a\""), null, HttpDate.INVALID))
        .isEqualTo(Outcome.PROCEED);
    assertThat(Preconditions.evaluate(request("GET", "if-none-match: *"), null, HttpDate.INVALID))
        .isEqualTo(Outcome.NOT_MODIFIED);
    assertThat(
            Preconditions.evaluate(
                request("GET", "if-modified-since: OLD"), null, HttpDate.INVALID))
        .isEqualTo(Outcome.PROCEED);
  }

  /** §13.1.5. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "x: y | true",
        "if-range: \"a\" | true",
        "if-range: W/\"a\" | false",
        "if-range: \"b\" | false",
        "if-range: OLD | true",
        "if-range: OLDER | false",
        "if-range: NEWER | false",
        "if-range: nonsense | false"
      })
  void ifRangeNeedsAStrongMatch(String headers, boolean applies) {
    HttpHeaders fields = request("GET", headers).headers();
    assertThat(Preconditions.rangeApplies(fields, TAG, OLD, NOW)).isEqualTo(applies);
  }

  @Test
  void aDateOfThisVerySecondIsNoStrongValidator() {
    HttpHeaders fields = request("GET", "if-range: OLD").headers();
    assertThat(Preconditions.rangeApplies(fields, TAG, OLD, OLD)).isFalse();
    assertThat(Preconditions.rangeApplies(fields, TAG, OLD, OLD + 1)).isTrue();
    HttpHeaders weak = request("GET", "if-range: W/\"a\"").headers();
    assertThat(Preconditions.rangeApplies(weak, TAG.weakened(), OLD, NOW)).isFalse();
  }
}
