package app.seventv.website;

import app.seventv.core.content.ContentCoding;
import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The one HTML page of a site, into which configuration, meta tags and preloads are written. */
final class Shell {
  static final String HEAD_MARKER = "<!--head-->";
  static final String CONFIGURATION_MARKER = "<!--config-->";

  /** Saves most of what the best quality would, in a tenth of a millisecond for a shell. */
  private static final int BROTLI_QUALITY = 5;

  private static final int MAX_IMPORTS = 64;

  private final String beforeHead;
  private final String afterHead;
  private final Map<String, String> preloads;

  private Shell(String beforeHead, String afterHead, Map<String, String> preloads) {
    this.beforeHead = beforeHead;
    this.afterHead = afterHead;
    this.preloads = Map.copyOf(preloads);
  }

  /**
   * Reads the shell of a built site and fills the configuration in.
   *
   * @throws IOException if the build has no shell or manifest, or the shell lacks a marker
   */
  static Shell of(FileTable files, RouteTable routes, SiteSettings settings) throws IOException {
    String html = files.require("/index.html").text();
    String configuration = HtmlText.escapeJsonBlock(settings.runtimeConfiguration());
    String filled = replaceMarker(html, CONFIGURATION_MARKER, configuration);
    int head = markerIndex(filled, HEAD_MARKER);
    JsonNode manifest = JsonMapper.shared().readTree(files.require("/manifest.json").text());
    Map<String, String> preloads = new HashMap<>();
    for (RouteTable.Page page : routes.pages()) {
      preloads.put(page.chunk(), preloadLinks(manifest, page.chunk()));
    }
    return new Shell(
        filled.substring(0, head), filled.substring(head + HEAD_MARKER.length()), preloads);
  }

  /**
   * The page with these tags in its head.
   *
   * @param chunk source name of the page's script, whose files the browser shall fetch early
   */
  Content render(String headTags, String chunk) {
    String html = beforeHead + headTags + preloads.getOrDefault(chunk, "") + afterHead;
    byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
    Map<ContentCoding, byte[]> compressed = new EnumMap<>(ContentCoding.class);
    compressed.put(ContentCoding.GZIP, gzip(bytes));
    if (ContentCoding.BR.isAvailable()) {
      compressed.put(ContentCoding.BR, brotli(bytes));
    }
    return new Content("text/html; charset=utf-8", bytes, compressed);
  }

  private static String replaceMarker(String html, String marker, String replacement)
      throws IOException {
    int index = markerIndex(html, marker);
    return html.substring(0, index) + replacement + html.substring(index + marker.length());
  }

  private static int markerIndex(String html, String marker) throws IOException {
    int index = html.indexOf(marker);
    if (index < 0) {
      throw new IOException("the website's index.html lacks the marker " + marker);
    }
    return index;
  }

  /** Links for a chunk and what it imports, without the entry that the shell loads anyway. */
  private static String preloadLinks(JsonNode manifest, String chunk) {
    Set<String> keys = new LinkedHashSet<>();
    collectImports(manifest, chunk, keys);
    StringBuilder links = new StringBuilder();
    for (String key : keys) {
      if (!manifest.path(key).path("isEntry").asBoolean(false)) {
        links
            .append("    <link rel=\"modulepreload\" href=\"/")
            .append(HtmlText.escape(manifest.path(key).path("file").asString("")))
            .append("\" />\n");
      }
    }
    return links.toString();
  }

  private static void collectImports(JsonNode manifest, String key, Set<String> keys) {
    if (manifest.has(key) && keys.size() < MAX_IMPORTS && keys.add(key)) {
      for (JsonNode imported : manifest.path(key).path("imports")) {
        collectImports(manifest, imported.asString(""), keys);
      }
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] brotli(byte[] bytes) {
    try {
      return Encoder.compress(bytes, Encoder.Parameters.create(BROTLI_QUALITY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
