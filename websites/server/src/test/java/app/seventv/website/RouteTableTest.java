package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.content.RequestPath;
import app.seventv.core.http.HttpError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
  private RouteTable table = RouteTable.parse("{}");

  @BeforeEach
  void read(@TempDir Path folder) throws Exception {
    table = RouteTable.parse(Files.readString(TestSite.build(folder).resolve("routes.json")));
  }

  @ParameterizedTest
  @CsvSource({
    "/emotes/top, /emotes",
    "/emotes/01HR77R8QTG9546HKCPQYHBXCB/channels, /emotes/01HR77R8QTG9546HKCPQYHBXCB",
    "/emotes/01hr77r8qtg9546hkcpqyhbxcb, /emotes/01HR77R8QTG9546HKCPQYHBXCB",
    "/emotes/, /emotes",
    "//evil.example//, /evil.example",
    "///, /",
    "/a b/, /a%20b"
  })
  void movesOldAddresses(String path, String to) {
    assertThat(table.moved(path)).contains(new RouteTable.Moved(to, 301));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/emotes",
        "/emotes/01HR77R8QTG9546HKCPQYHBXCB",
        "/emotes/60ae958e229664e8667aea38",
        "/nothing"
      })
  void leavesOthersWhereTheyAre(String path) {
    assertThat(table.moved(path)).isEmpty();
  }

  @Test
  void matchesPagesAndTheirParameters() {
    assertThat(table.match("/emotes").orElseThrow().page().title()).isEqualTo("Emotes");
    assertThat(table.match("/emotes/x").orElseThrow().parameters()).containsEntry("id", "x");
    assertThat(table.match("/emotes/x/y")).isEmpty();
    assertThat(table.match("/emotes/")).isEmpty();
  }

  @Test
  void decodesPathsOnce() {
    assertThat(RequestPath.decode("/a%20b+c/%252e")).isEqualTo("/a b+c/%2e");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/assets/.git/config",
        "/.env",
        "/a%00b",
        "/a%5Cb",
        "/a\\b",
        "/%zz",
        "relative",
        "*"
      })
  void refusesPathsThatCouldLeaveTheFolder(String path) {
    assertThatThrownBy(() -> RequestPath.decode(path))
        .isInstanceOfSatisfying(
            HttpError.class, error -> assertThat(error.status()).isEqualTo(400));
  }

  @Test
  void refusesOverlongPaths() {
    assertThatThrownBy(() -> RequestPath.decode("/" + "a".repeat(RequestPath.MAX_CHARACTERS)))
        .isInstanceOf(HttpError.class);
  }
}
