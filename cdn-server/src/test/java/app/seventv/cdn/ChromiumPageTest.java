package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's Chromium shows a page of 200 emotes that come over HTTP/3. */
@Tag("conformance")
class ChromiumPageTest {
  private static final long LIMIT_SECONDS = 150;
  private static final int EMOTES = 200;

  /** The smallest PNG there is: one transparent point. */
  private static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
                  + "rkJggg==");

  /** Writes down how each image came, once all have. */
  private static final String PAGE =
      """
      <!doctype html><title>emotes</title><body><script>
      const count = COUNT, base = 'BASE';
      let loaded = 0, failed = 0;
      const done = () => {
        if (loaded + failed < count) return;
        const entries = performance.getEntriesByType('resource');
        const protocols = entries.map(e => e.nextHopProtocol);
        const h3 = protocols.filter(p => p === 'h3').length;
        const timed = entries.filter(e => e.serverTiming && e.serverTiming.length > 0).length;
        document.body.innerHTML =
          '<p>loaded=' + loaded + ' failed=' + failed + ' h3=' + h3 + ' timed=' + timed + '</p>';
      };
      for (let i = 0; i < count; i++) {
        const image = new Image();
        image.crossOrigin = 'anonymous';
        image.onload = () => { loaded++; done(); };
        image.onerror = () => { failed++; done(); };
        image.src = base + String(i).padStart(3, '0') + '/1x.png';
        document.body.append(image);
      }
      </script>
      """;

  @TempDir private Path directory = Path.of(".");

  @Test
  void twoHundredEmotesOverHttp3() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory.resolve("cdn"), "")) {
      for (int i = 0; i < EMOTES; i++) {
        cdn.origin().put("emote/01F6MZGCNG000255K4X1K7N%03d/1x.png".formatted(i), PNG, "x-odd: 1");
      }
      String base = "https://localhost:" + cdn.securePort() + "/emote/01F6MZGCNG000255K4X1K7N";
      Path page =
          Files.writeString(
              directory.resolve("page.html"),
              PAGE.replace("COUNT", "" + EMOTES).replace("BASE", base));
      String shown = browse(cdn, page);
      assertThat(shown)
          .contains("loaded=" + EMOTES + " failed=0 h3=" + EMOTES + " timed=" + EMOTES);
      double quic =
          cdn.figures().entrySet().stream()
              .filter(e -> e.getKey().startsWith("http_status_code_total"))
              .filter(e -> e.getKey().contains("socket=\"Quic\""))
              .filter(e -> e.getKey().contains("status=\"200\""))
              .mapToDouble(java.util.Map.Entry::getValue)
              .sum();
      assertThat(quic).isGreaterThanOrEqualTo(EMOTES);
    }
  }

  private String browse(CdnFixture cdn, Path page) throws Exception {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(
                List.of(
                    "chromium",
                    "--headless=new",
                    "--no-sandbox", // of no use for our own page, and not to be had in containers
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--user-data-dir=" + directory.resolve("profile"),
                    "--host-resolver-rules=MAP localhost 127.0.0.1",
                    "--origin-to-force-quic-on=localhost:" + cdn.securePort(),
                    "--ignore-certificate-errors-spki-list=" + publicKeyHash(cdn.certificate()),
                    "--virtual-time-budget=60000",
                    "--dump-dom",
                    page.toUri().toString()))
            .redirectError(directory.resolve("errors").toFile())
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  private static String publicKeyHash(Path certificate) throws Exception {
    try (InputStream in = Files.newInputStream(certificate)) {
      byte[] key =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(in)
              .getPublicKey()
              .getEncoded();
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    }
  }
}
