package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Request;
import app.seventv.core.trace.Trace;
import app.seventv.core.trace.TraceContext;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.website.PageMeta.Author;
import app.seventv.website.PageMeta.Image;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The serving rules of website.md §2 over a real socket. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class WebsiteServerTest {
  private static final String EMOTE_PATH = "/emotes/" + TestSite.EMOTE_ID;
  private static final PageMeta EMOTE =
      new PageMeta(
          "\"><script>alert(1)</script>",
          "Emote",
          EMOTE_PATH,
          "website",
          Optional.of(new Image("https://cdn.example/4x.gif", "image/gif", 128, 128, "x")),
          Optional.empty(),
          true,
          Optional.of(new Author("Bob", "/users/1")));

  private static final TraceContext TRACE =
      new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true, "");

  private final AtomicReference<@Nullable TraceContext> trace = new AtomicReference<>();
  private final Map<EmbedKey, CompletableFuture<Embed>> embeds = new ConcurrentHashMap<>();
  private EventLoops loops;
  private HttpServer server;
  private HttpClient client;
  private ExecutorService executor;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    FileTable files = FileTable.load(TestSite.build(folder));
    RouteTable routes = RouteTable.parse(files.require("/routes.json").text());
    SiteHandler.Site site =
        new SiteHandler.Site(files, routes, Shell.of(files, routes, TestSite.SETTINGS));
    executor = Executors.newVirtualThreadPerTaskExecutor();
    loops = EventLoops.start(new TransportOptions(TransportOptions.Choice.NIO, 1, true));
    SiteHandler handler =
        new SiteHandler(
            site,
            TestSite.SETTINGS,
            key -> {
              trace.set(Trace.current());
              return embeds.getOrDefault(
                  key, CompletableFuture.completedFuture(new Embed.NotFound()));
            },
            Duration.ofMillis(250),
            executor,
            outcome -> {});
    server =
        HttpServer.builder(loops, handler)
            .observer(
                new HttpObserver() {
                  @Override
                  public void exchangeStarted(Request request) {
                    request.bindTrace(TRACE);
                  }
                })
            .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .start();
    client = HttpClient.newHttpClient();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
    loops.close();
    executor.shutdownNow();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    return send("GET", path, headers);
  }

  private HttpResponse<String> send(String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private void embed(EmbedKey.Kind kind, Embed embed) {
    embeds.put(new EmbedKey(kind, TestSite.EMOTE_ID), CompletableFuture.completedFuture(embed));
  }

  @Test
  void hashedAssetsAreImmutableAndPrecompressed() throws Exception {
    HttpResponse<String> asset = get("/assets/main-1a.js", "accept-encoding", "gzip, br");
    assertThat(asset.statusCode()).isEqualTo(200);
    assertThat(asset.body()).isEqualTo("as brotli");
    assertThat(header(asset, "content-encoding")).isEqualTo("br");
    assertThat(header(asset, "vary")).isEqualTo("accept-encoding");
    assertThat(header(asset, "cache-control")).isEqualTo("public, max-age=31536000, immutable");
    assertThat(header(asset, "content-type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(get("/assets/main-1a.js").body()).isEqualTo("console.log(1);");
  }

  @Test
  void lookupsGoOnWithTheTraceOfTheirRequest() throws Exception {
    get(EMOTE_PATH);
    assertThat(trace.getAndSet(null)).isEqualTo(TRACE);
    get("/services/oembed?url=https%3A%2F%2Fsite.example" + EMOTE_PATH);
    assertThat(trace.get()).isEqualTo(TRACE);
  }

  @Test
  void aMissingAssetIsNeverTheShell() throws Exception {
    HttpResponse<String> missing = get("/assets/old-9z.js");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).doesNotContain("<html");
  }

  @Test
  void theShellIsAlwaysRevalidated() throws Exception {
    HttpResponse<String> shell = get("/");
    assertThat(header(shell, "cache-control")).isEqualTo("no-cache");
    HttpResponse<String> again = get("/", "if-none-match", header(shell, "etag"));
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(get("/", "range", "bytes=0-1").statusCode()).isEqualTo(200);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "etag")).isEqualTo(header(shell, "etag"));
    assertThat(header(get("/", "accept-encoding", "gzip"), "content-encoding")).isEqualTo("gzip");
  }

  @Test
  void everyAnswerCarriesTheSecurityHeaders() throws Exception {
    for (String path : List.of("/", "/robots.txt", "/nothing", "/assets/none.js", "/..%2f")) {
      HttpResponse<String> response = get(path);
      assertThat(header(response, "content-security-policy"))
          .as(path)
          .isEqualTo(TestSite.SETTINGS.contentSecurityPolicy());
      assertThat(header(response, "referrer-policy")).isEqualTo("strict-origin-when-cross-origin");
      assertThat(header(response, "x-content-type-options")).isEqualTo("nosniff");
      assertThat(header(response, "strict-transport-security")).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/emotes/top?q=cat, /emotes?q=cat",
    "/emotes/, /emotes",
    "//evil.example/, /evil.example",
    "/emotes/01hr77r8qtg9546hkcpqyhbxcb, /emotes/01HR77R8QTG9546HKCPQYHBXCB"
  })
  void redirectsKeepTheQuery(String path, String location) throws Exception {
    HttpResponse<String> moved = get(path);
    assertThat(moved.statusCode()).isEqualTo(301);
    assertThat(header(moved, "location")).isEqualTo(location);
  }

  @ParameterizedTest
  @CsvSource({
    "/, 200",
    "/emotes, 200",
    "/no/such/page, 404",
    "/emotes/not-an-id, 404",
    "/index.html, 404",
    "/manifest.json, 404",
    "/routes.json, 404",
    "/.env, 400",
    "/a%00, 400"
  })
  void statuses(String path, int status) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(status);
  }

  @Test
  void otherMethodsAreRefused() throws Exception {
    HttpResponse<String> refused = send("POST", "/");
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(header(refused, "allow")).isEqualTo("GET, HEAD");
    HttpResponse<String> head = send("HEAD", "/emotes");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void anEntitysPageCarriesItsEscapedMetaTags() throws Exception {
    embed(EmbedKey.Kind.EMOTE, new Embed.Found(EMOTE));
    HttpResponse<String> page = get(EMOTE_PATH);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("content=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"")
        .contains("<meta property=\"og:image\" content=\"https://cdn.example/4x.gif\" />")
        .contains("modulepreload\" href=\"/assets/emote-3c.js")
        .doesNotContain("<script>alert");
  }

  @Test
  void missingEntitiesAnswer404AndHiddenOnesSayNothing() throws Exception {
    assertThat(get(EMOTE_PATH).statusCode()).isEqualTo(404);
    embed(EmbedKey.Kind.USER, new Embed.Hidden());
    HttpResponse<String> hidden = get("/users/" + TestSite.EMOTE_ID);
    assertThat(hidden.statusCode()).isEqualTo(200);
    assertThat(hidden.body()).contains("noindex").contains("<title>Profile – Emotes</title>");
  }

  @Test
  void aSlowOrFailingApiCostsTheEmbedButNotThePage() throws Exception {
    EmbedKey key = new EmbedKey(EmbedKey.Kind.EMOTE, TestSite.EMOTE_ID);
    embeds.put(key, new CompletableFuture<>());
    assertThat(get(EMOTE_PATH).body()).contains("<title>Emote – Emotes</title>");
    embeds.put(key, CompletableFuture.failedFuture(new IllegalStateException("api down")));
    HttpResponse<String> page = get(EMOTE_PATH);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("<title>Emote – Emotes</title>").doesNotContain("noindex");
  }

  @Test
  void aSearchStandsInTheTitleOfTheDirectory() throws Exception {
    assertThat(get("/emotes?q=%3Cb%3Ecat" + "x".repeat(90)).body())
        .contains("<title>Emotes matching “&lt;b&gt;cat" + "x".repeat(54) + "…” – Emotes</title>");
  }

  @Test
  void generalPagesShowTheLogo() throws Exception {
    assertThat(get("/").body())
        .contains("<meta property=\"og:image\" content=\"https://site.example/logo-512.png\" />");
    assertThat(get("/nothing").body()).doesNotContain("og:image");
  }

  @Test
  void oEmbedAnswersForOwnAddressesOnly() throws Exception {
    embed(EmbedKey.Kind.EMOTE, new Embed.Found(EMOTE));
    HttpResponse<String> own =
        get("/services/oembed?format=json&url=https%3A%2F%2Fsite.example" + EMOTE_PATH);
    assertThat(own.statusCode()).isEqualTo(200);
    assertThat(own.body())
        .contains("\"type\":\"photo\"")
        .contains("\"url\":\"https://cdn.example/4x.gif\"")
        .contains("\"author_url\":\"https://site.example/users/1\"");
    assertThat(get("/services/oembed?url=https%3A%2F%2Fevil.example" + EMOTE_PATH).statusCode())
        .isEqualTo(404);
    assertThat(get("/services/oembed?url=https%3A%2F%2Fsite.example%2Femotes").statusCode())
        .isEqualTo(404);
    assertThat(get("/services/oembed?format=xml&url=x").statusCode()).isEqualTo(501);
  }
}
