package app.seventv.website;

import app.seventv.core.config.Config;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import com.github.benmanes.caffeine.cache.Ticker;
import io.prometheus.metrics.core.metrics.Counter;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves one of the two sites: static files, and the shell with meta tags for link previews. */
public final class WebsiteServer implements RunningService {
  /** The service as its process runs it. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of(
          "website", WebsiteServer.class, WebsiteKeys.SCHEMA, WebsiteServer::start);

  /** A lookup may go on filling the cache after the page has stopped waiting for it. */
  private static final Duration API_TIMEOUT = Duration.ofSeconds(5);

  private final HttpServer server;
  private final HttpClient client;
  private final ExecutorService executor;

  private WebsiteServer(HttpServer server, HttpClient client, ExecutorService executor) {
    this.server = server;
    this.client = client;
    this.executor = executor;
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }

  /**
   * Reads the built site and listens.
   *
   * @throws IOException if the site is not built or the port is taken
   */
  static WebsiteServer start(ServiceContext context) throws IOException {
    Config config = context.config();
    SiteSettings settings = WebsiteKeys.settings(config);
    FileTable files = FileTable.load(config.get(WebsiteKeys.ROOT));
    RouteTable routes = RouteTable.parse(files.require("/routes.json").text());
    Shell shell = Shell.of(files, routes, settings);
    Counter outcomes =
        context
            .metrics()
            .counter(
                "website_embeds_total", "Pages of entities by what their lookup found.", "outcome");

    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(API_TIMEOUT)
            .executor(executor)
            .build();
    GraphqlApi api = new GraphqlApi(client, WebsiteKeys.graphqlEndpoint(config), API_TIMEOUT);
    EmbedSource source = WebsiteKeys.isOldSite(config) ? new V3Embeds(api) : new V4Embeds(api);
    SiteHandler handler =
        new SiteHandler(
            new SiteHandler.Site(files, routes, shell),
            settings,
            new EmbedCache(source, Ticker.systemTicker(), executor),
            config.get(WebsiteKeys.EMBED_TIMEOUT),
            executor,
            outcome -> outcomes.labelValues(outcome).inc());
    HttpServer server =
        context
            .httpServer(handler)
            .listen(HttpListener.plain(config.get(WebsiteKeys.BIND)))
            .start();
    return new WebsiteServer(server, client, executor);
  }

  /** Port of the public listener. */
  int port() {
    return server.port();
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    server.drain(limit);
  }

  @Override
  public void close() {
    server.close();
    client.shutdownNow();
    executor.shutdownNow();
  }
}
