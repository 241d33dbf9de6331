package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.content.ContentCoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTableTest {
  @TempDir Path folder = Path.of(".");

  @Test
  void keepsCompressedCopiesAsFormsOfTheirOriginal() throws Exception {
    FileTable files = FileTable.load(TestSite.build(folder));
    Content script = files.require("/assets/main-1a.js");
    assertThat(script.mediaType()).isEqualTo("text/javascript; charset=utf-8");
    assertThat(new String(script.bytes(ContentCoding.BR), StandardCharsets.UTF_8))
        .isEqualTo("as brotli");
    assertThat(files.find("/assets/main-1a.js.br")).isNull();
    assertThat(files.find("/../" + folder.getFileName() + "/robots.txt")).isNull();
  }

  @Test
  void saysThatTheSiteIsNotBuilt() {
    assertThatThrownBy(() -> FileTable.load(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a built website")
        .hasMessageContaining("index.html");
  }

  @Test
  void theShellCarriesConfigurationTagsAndPreloads() throws Exception {
    FileTable files = FileTable.load(TestSite.build(folder));
    RouteTable routes = RouteTable.parse(files.require("/routes.json").text());
    Shell shell = Shell.of(files, routes, TestSite.SETTINGS);
    Content page = shell.render("<title>x</title>\n", "emote.tsx");
    assertThat(page.text())
        .contains("<title>x</title>")
        .contains("id=\"config\">{\"siteName\":\"Emotes\"")
        .contains("<link rel=\"modulepreload\" href=\"/assets/emote-3c.js\" />")
        .contains("<link rel=\"modulepreload\" href=\"/assets/grid-2b.js\" />")
        .doesNotContain("modulepreload\" href=\"/assets/main-1a.js")
        .doesNotContain("<!--");
    assertThat(page.bytes(ContentCoding.BR)).hasSizeLessThan(page.text().length());
    assertThat(page.bytes(ContentCoding.GZIP)).hasSizeLessThan(page.text().length());
  }

  @Test
  void aShellWithoutMarkerIsRefused() throws Exception {
    TestSite.build(folder);
    Files.writeString(folder.resolve("index.html"), "<html></html>");
    FileTable files = FileTable.load(folder);
    RouteTable routes = RouteTable.parse("{}");
    assertThatThrownBy(() -> Shell.of(files, routes, TestSite.SETTINGS))
        .hasMessageContaining(Shell.CONFIGURATION_MARKER);
  }
}
