package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Download;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.HttpFixture.Reply;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** A served directory as clients of every version see it, on every transport. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class StaticFilesTest {
  private static final byte[] NONE = {};
  private static final byte[] BIG = new byte[3_000_000];

  /** More than is kept in memory. */
  private static final int MIDDLE_BYTES = 400_000;

  private static final FileTime MODIFIED = FileTime.from(Instant.ofEpochSecond(784_111_777));

  static {
    new Random(3).nextBytes(BIG);
  }

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private HttpFixture http;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    Path root = Files.createDirectories(directory.resolve("site"));
    Files.writeString(directory.resolve("secret.txt"), "secret");
    Files.writeString(root.resolve("index.html"), "<p>home</p>");
    Files.writeString(root.resolve("app.js"), "plain script");
    Files.writeString(root.resolve("app.js.br"), "as br");
    Files.writeString(root.resolve("app.js.gz"), "as gzip");
    Files.writeString(root.resolve("app-1a2b3c4d.css"), "p{}");
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(root.resolve("docs/index.html"), "docs");
    Files.createDirectories(root.resolve("empty"));
    Files.write(root.resolve("big.bin"), BIG);
    Files.write(root.resolve("middle.bin"), Arrays.copyOf(BIG, MIDDLE_BYTES));
    Files.setLastModifiedTime(root.resolve("big.bin"), MODIFIED);
    Files.writeString(root.resolve(".hidden"), "hidden");
    link(root.resolve("outside.txt"), directory.resolve("secret.txt"));
    link(root.resolve("outside"), directory);
    link(root.resolve("inside.html"), root.resolve("index.html"));
    http =
        HttpFixture.start(
            transport,
            directory,
            threads -> {
              try {
                return Router.builder()
                    .get(
                        "/f/{path*}",
                        StaticFiles.builder(root, threads)
                            .prefix("/f/")
                            .recheck(Duration.ZERO)
                            .build())
                    .get(
                        "/nolinks/{path*}",
                        StaticFiles.builder(root, threads)
                            .prefix("/nolinks/")
                            .links(StaticFiles.Links.NONE)
                            .build())
                    .get(
                        "/packed/{path*}",
                        Compression.builder(threads)
                            .types(type -> true)
                            .build()
                            .wrap(StaticFiles.builder(root, threads).prefix("/packed/").build()))
                    .build();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  private static void link(Path link, Path target) throws IOException {
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, target);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  @OverWires
  void smallFiles(Wire wire) throws IOException {
    Reply home = http.get(wire, "/f/");
    assertThat(home.text()).isEqualTo("<p>home</p>");
    assertThat(home.headers())
        .containsEntry("content-type", "text/html; charset=utf-8")
        .containsEntry("cache-control", "no-cache")
        .containsEntry("accept-ranges", "bytes")
        .containsKeys("etag", "last-modified")
        .doesNotContainKey("vary");
    assertThat(http.get(wire, "/f/index.html", "if-none-match", home.header("etag")).status())
        .isEqualTo(304);
    assertThat(http.get(wire, "/f/app-1a2b3c4d.css").header("cache-control"))
        .isEqualTo("public, max-age=31536000, immutable");
    assertThat(http.get(wire, "/f/docs/").text()).isEqualTo("docs");
    Reply moved = http.get(wire, "/f/docs?q=1");
    assertThat(moved.status()).isEqualTo(308);
    assertThat(moved.header("location")).isEqualTo("/f/docs/?q=1");
    Reply post = http.call(wire, "HEAD", "/f/", NONE);
    assertThat(post.header("content-length")).isEqualTo("11");
    assertThat(post.length()).isZero();
  }

  @OverWires
  void precompressedCopies(Wire wire) throws IOException {
    Reply br = http.get(wire, "/f/app.js", "accept-encoding", "gzip, br, zstd");
    assertThat(br.text()).isEqualTo("as br");
    assertThat(br.headers())
        .containsEntry("content-encoding", "br")
        .containsEntry("vary", "accept-encoding")
        .containsEntry("content-type", "text/javascript; charset=utf-8");
    Reply plain = http.get(wire, "/f/app.js");
    assertThat(plain.text()).isEqualTo("plain script");
    assertThat(plain.headers())
        .containsEntry("vary", "accept-encoding")
        .doesNotContainKey("content-encoding");
    assertThat(plain.header("etag")).isNotEqualTo(br.header("etag")).doesNotStartWith("W/");
    Reply known =
        http.get(wire, "/f/app.js", "accept-encoding", "br", "if-none-match", br.header("etag"));
    assertThat(known.status()).isEqualTo(304);
    assertThat(known.header("vary")).isEqualTo("accept-encoding");
    assertThat(http.get(wire, "/f/app.js", "accept-encoding", "gzip").text()).isEqualTo("as gzip");
    assertThat(http.get(wire, "/f/app.js.br").status()).isEqualTo(404);
  }

  /** Over plain HTTP/1.1 the kernel copies. */
  @OverWires
  void largeFilesComeFromDisk(Wire wire) throws IOException {
    Reply whole = http.get(wire, "/f/big.bin");
    assertThat(Arrays.equals(whole.body(), BIG)).isTrue();
    assertThat(whole.headers())
        .containsEntry("content-length", "3000000")
        .containsEntry("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    Reply part = http.get(wire, "/f/big.bin", "range", "bytes=1000000-1999999");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(BIG, 1_000_000, 2_000_000));
    Reply parts = http.get(wire, "/f/big.bin", "range", "bytes=0-199999,2900000-");
    assertThat(parts.status()).isEqualTo(206);
    assertThat(parts.length()).isEqualTo(Integer.parseInt(parts.header("content-length")));
    assertThat(parts.length()).isBetween(300_200, 300_600);
    assertThat(http.get(wire, "/f/big.bin", "if-none-match", whole.header("etag")).status())
        .isEqualTo(304);
    Reply head = http.call(wire, "HEAD", "/f/big.bin", NONE);
    assertThat(head.header("content-length")).isEqualTo("3000000");
    assertThat(head.length()).isZero();
  }

  @OverWires
  void filesPassThroughCompression(Wire wire) throws IOException {
    Reply coded = http.get(wire, "/packed/middle.bin", "accept-encoding", "gzip");
    assertThat(coded.header("content-encoding")).isEqualTo("gzip");
    try (InputStream in =
        new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(coded.body()))) {
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOf(BIG, MIDDLE_BYTES));
    }
  }

  @OverWires
  void clientsThatLeaveFreeTheFile(Wire wire) throws Exception {
    long before = openFiles();
    for (int i = 0; i < 3; i++) {
      try (Download download = http.open(wire, "/f/big.bin")) {
        assertThat(download.await(1000)).isEqualTo(Arrays.copyOf(BIG, 1000));
      }
    }
    await().untilAsserted(() -> assertThat(openFiles()).isEqualTo(before));
  }

  private static long openFiles() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(StaticFilesTest::isBigFile).count();
    }
  }

  private static boolean isBigFile(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).endsWith("big.bin");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @OverWires
  void noPathLeavesTheDirectory(Wire wire) throws IOException {
    String[] refused = {
      "/f/../secret.txt",
      "/f/%2e%2e/secret.txt",
      "/f/..%2fsecret.txt",
      "/f/%2e%2e%2fsecret.txt",
      "/f/docs/%2e%2e/%2e%2e/secret.txt",
      "/f/..%5csecret.txt",
      "/f/app.js%00",
      "/f/%c0%ae%c0%ae/secret.txt",
      "/f/.hidden",
      "/f/%2ehidden",
      "/f/..;/secret.txt"
    };
    for (String path : refused) {
      Reply refusal = http.getVerbatim(wire, path);
      assertThat(refusal.status()).as(path).isEqualTo(400);
      assertThat(refusal.text()).doesNotContain("secret");
    }
    String[] missing = {
      "/f/%252e%252e/secret.txt",
      "/f//etc/passwd",
      "/f//",
      "/f/empty/",
      "/f/empty",
      "/f/app.js/",
      "/f/none",
      "/f/outside.txt",
      "/f/outside/secret.txt",
      "/nolinks/inside.html",
      "/nolinks/outside.txt"
    };
    for (String path : missing) {
      assertThat(http.get(wire, path).status()).as(path).isEqualTo(404);
    }
    assertThat(http.get(wire, "/f/inside.html").text()).isEqualTo("<p>home</p>");
  }

  @OverWires
  void changesAreSeen(Wire wire) throws IOException {
    Path file = directory.resolve("site/changing.txt");
    for (String text : new String[] {"one", "two, longer"}) {
      Files.writeString(file, text);
      assertThat(http.get(wire, "/f/changing.txt").text()).isEqualTo(text);
    }
    Files.delete(file);
    assertThat(http.get(wire, "/f/changing.txt").status()).isEqualTo(404);
  }

  @Test
  @Covers(
      value = {},
      because = "needs no server")
  void memoryIsBounded() {
    FileCache cache = new FileCache(10_000);
    for (int i = 0; i < 100; i++) {
      StaticFile.Variant variant =
          new StaticFile.Variant(
              Representation.of(2_000, "text/plain"), Path.of("x"), new byte[2_000]);
      StaticFile file =
          new StaticFile(java.util.Map.of(ContentCoding.IDENTITY, variant), "no-cache", 0);
      cache.put("/" + i, file);
      cache.put("/" + i, file);
      assertThat(cache.bytes()).isBetween(1L, 10_000L);
    }
    assertThat(cache.get("/0")).isNull();
    assertThat(cache.get("/99")).isNotNull();
    for (int i = 0; i < 100; i++) {
      cache.remove("/" + i);
    }
    assertThat(cache.bytes()).isZero();
  }
}
