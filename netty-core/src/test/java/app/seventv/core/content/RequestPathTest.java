package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.http.HttpError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "/..",
        "/../etc/passwd",
        "/a/../b",
        "/./a",
        "/%2e%2e/a",
        "/%2E./a",
        "/.%2e/a",
        "/a%2fb",
        "/..%2f..%2fetc",
        "/a%2F..",
        "/a%00",
        "/a%00.html",
        "/a\\b",
        "/..%5c..",
        "/%5c",
        "/a%0d%0ab",
        "/a%7f",
        "/.env",
        "/a/.git/config",
        "/.well-known2/a",
        "/%c0%ae%c0%ae/a",
        "/%e0%80%af",
        "/%ff",
        "/%u002e",
        "/%",
        "/%2",
        "/%zz",
        "/a%"
      })
  void whatCouldNameAnotherFileIsRefused(String path) {
    assertThatThrownBy(() -> RequestPath.decode(path))
        .isInstanceOfSatisfying(HttpError.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b.css, /a/b.css",
    "/a..b, /a..b",
    "/%61, /a",
    "/J%C3%BCrgen%20x, /Jürgen x",
    "/a+b, /a+b",
    "/%252e%252e/a, /%2e%2e/a",
    "/%252fa, /%2fa",
    "/.well-known/security.txt, /.well-known/security.txt",
    "/%ef%bc%8e%ef%bc%8e/a, /．．/a"
  })
  void everythingElseIsDecodedOnce(String path, String decoded) {
    assertThat(RequestPath.decode(path)).isEqualTo(decoded);
  }

  @Test
  void longPathsAreRefused() {
    assertThatThrownBy(() -> RequestPath.decode("/" + "a".repeat(RequestPath.MAX_CHARACTERS)))
        .hasMessage("path too long");
  }
}
