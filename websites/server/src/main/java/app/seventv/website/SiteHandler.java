package app.seventv.website;

import app.seventv.core.content.RequestPath;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.trace.Trace;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers every request of a site: files, redirects, oEmbed, and the shell with meta tags. */
final class SiteHandler implements Handler {
  private static final String IMMUTABLE = "public, max-age=31536000, immutable";
  private static final String ROOT_FILE_CACHING = "public, max-age=3600";
  private static final int MAX_QUERY_TITLE_CHARACTERS = 60;
  private static final String LOGO_PATH = "/logo-512.png";
  private static final int LOGO_PX = 512;

  /** Parts of the build that only this server reads. */
  private static final Set<String> INTERNAL_FILES =
      Set.of("/index.html", "/manifest.json", "/routes.json");

  private final FileTable files;
  private final RouteTable routes;
  private final Shell shell;
  private final EmbedSource embeds;
  private final Duration embedTimeout;
  private final Executor executor;
  private final Consumer<String> outcomes;
  private final HeadRenderer head;
  private final OEmbed oEmbed;
  private final PageMeta.Image logo;
  private final SecurityHeaders securityHeaders;

  /**
   * @param embedTimeout how long a page waits for its embed before it goes out without
   * @param executor renders pages, away from the event loops
   * @param outcomes counts what lookups found: found, hidden, not_found or unavailable
   */
  SiteHandler(
      Site site,
      SiteSettings settings,
      EmbedSource embeds,
      Duration embedTimeout,
      Executor executor,
      Consumer<String> outcomes) {
    this.files = site.files();
    this.routes = site.routes();
    this.shell = site.shell();
    this.embeds = embeds;
    this.embedTimeout = embedTimeout;
    this.executor = executor;
    this.outcomes = outcomes;
    this.head = new HeadRenderer(settings.name(), settings.siteOrigin());
    this.oEmbed = new OEmbed(settings);
    this.logo =
        new PageMeta.Image(
            settings.siteOrigin() + LOGO_PATH, "image/png", LOGO_PX, LOGO_PX, settings.name());
    this.securityHeaders = new SecurityHeaders(settings);
  }

  /** A built site, read into memory. */
  record Site(FileTable files, RouteTable routes, Shell shell) {}

  @Override
  public void handle(Exchange exchange) {
    exchange.beforeHead((status, headers) -> securityHeaders.apply(headers));
    Request request = exchange.request();
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      exchange.respond(Response.text(405, "method not allowed\n").header("allow", "GET, HEAD"));
      return;
    }
    String path = RequestPath.decode(request.path());
    Content file = INTERNAL_FILES.contains(path) ? null : files.find(path);
    if (file != null) {
      String caching = path.startsWith("/assets/") ? IMMUTABLE : ROOT_FILE_CACHING;
      file.send(exchange, 200, caching);
    } else if (path.startsWith("/assets/")) {
      exchange.respond(Response.text(404, "no such file\n"));
    } else if (path.equals("/services/oembed")) {
      answerOEmbed(exchange);
    } else {
      Optional<RouteTable.Moved> moved = routes.moved(path);
      if (moved.isPresent()) {
        exchange.respond(redirect(request, moved.get()));
      } else {
        answerPage(exchange, path);
      }
    }
  }

  private static Response redirect(Request request, RouteTable.Moved moved) {
    String query = request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery();
    return Response.of(moved.status()).header("location", moved.path() + query);
  }

  private void answerPage(Exchange exchange, String path) {
    Optional<RouteTable.Match> match = routes.match(path);
    if (match.isEmpty()) {
      executor.execute(() -> respondWithShell(exchange, 404, notFoundMeta(path), ""));
      return;
    }
    RouteTable.Page page = match.get().page();
    Optional<EmbedKey.Kind> kind = kindOf(page);
    String id = match.get().parameters().getOrDefault("id", "");
    if (kind.isEmpty()) {
      executor.execute(
          () -> respondWithShell(exchange, 200, ownMeta(exchange, page, path), page.chunk()));
    } else if (!EntityId.isValid(id)) {
      executor.execute(() -> respondWithShell(exchange, 404, notFoundMeta(path), page.chunk()));
    } else {
      lookup(exchange.request(), new EmbedKey(kind.get(), id))
          .whenCompleteAsync(
              (embed, failure) ->
                  respondWithEmbed(exchange, page, path, failure == null ? embed : null),
              executor);
    }
  }

  /** What has to be asked for goes on with the trace of whoever asked first. */
  private CompletableFuture<Embed> lookup(Request request, EmbedKey key) {
    return Trace.call(request.trace(), () -> embeds.lookup(key))
        .orTimeout(embedTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((embed, failure) -> outcomes.accept(outcomeOf(embed)));
  }

  private static String outcomeOf(@Nullable Embed embed) {
    return switch (embed) {
      case null -> "unavailable";
      case Embed.Found found -> "found";
      case Embed.Hidden hidden -> "hidden";
      case Embed.NotFound missing -> "not_found";
    };
  }

  private void respondWithEmbed(
      Exchange exchange, RouteTable.Page page, String path, @Nullable Embed embed) {
    PageMeta generic = PageMeta.plain(page.title(), page.description(), path);
    switch (embed) {
      case null -> respondWithShell(exchange, 200, generic, page.chunk());
      case Embed.Hidden hidden ->
          respondWithShell(exchange, 200, generic.withoutIndex(), page.chunk());
      case Embed.NotFound missing ->
          respondWithShell(exchange, 404, notFoundMeta(path), page.chunk());
      case Embed.Found found -> respondWithShell(exchange, 200, found.meta(), page.chunk());
    }
  }

  private void respondWithShell(Exchange exchange, int status, PageMeta meta, String chunk) {
    try {
      Content page = shell.render(head.render(meta), chunk);
      page.send(exchange, status, "no-cache");
    } catch (RuntimeException e) {
      exchange.fail(e);
    }
  }

  /** Meta tags of a page that shows no single entity; a search stands in its title. */
  private PageMeta ownMeta(Exchange exchange, RouteTable.Page page, String path) {
    String query = exchange.request().queryParameter("q");
    String title =
        query == null || query.isBlank() || !page.path().startsWith("/emotes")
            ? page.title()
            : page.title() + " matching “" + shortened(query) + "”";
    return PageMeta.plain(title, page.description(), path).withImage(Optional.of(logo));
  }

  private static String shortened(String query) {
    String shown = HtmlText.clean(query);
    return shown.codePointCount(0, shown.length()) <= MAX_QUERY_TITLE_CHARACTERS
        ? shown
        : shown.substring(0, shown.offsetByCodePoints(0, MAX_QUERY_TITLE_CHARACTERS)) + "…";
  }

  private static PageMeta notFoundMeta(String path) {
    return PageMeta.plain("Not found", "There is nothing at this address.", path).withoutIndex();
  }

  private void answerOEmbed(Exchange exchange) {
    Request request = exchange.request();
    String format = request.queryParameter("format");
    if (format != null && !format.equals("json")) {
      throw new HttpError(501, "only format=json is available");
    }
    String url = request.queryParameter("url");
    Optional<EmbedKey> key =
        url == null ? Optional.empty() : oEmbed.pathOf(url).flatMap(this::entityAt);
    if (key.isEmpty()) {
      throw new HttpError(404, "no embed for this address");
    }
    lookup(exchange.request(), key.get())
        .whenCompleteAsync((embed, failure) -> respondWithOEmbed(exchange, embed), executor);
  }

  private void respondWithOEmbed(Exchange exchange, @Nullable Embed embed) {
    switch (embed) {
      case null -> exchange.fail(new HttpError(503, "the API did not answer in time"));
      case Embed.Found found -> exchange.respond(Response.json(200, oEmbed.render(found.meta())));
      case Embed.Hidden hidden -> exchange.fail(new HttpError(404, "no embed for this address"));
      case Embed.NotFound missing -> exchange.fail(new HttpError(404, "no embed for this address"));
    }
  }

  private Optional<EmbedKey> entityAt(String path) {
    return routes
        .match(path)
        .flatMap(match -> {
          String id = match.parameters().getOrDefault("id", "");
          return EntityId.isValid(id)
              ? kindOf(match.page()).map(kind -> new EmbedKey(kind, id))
              : Optional.empty();
        });
  }

  private static Optional<EmbedKey.Kind> kindOf(RouteTable.Page page) {
    return Arrays.stream(EmbedKey.Kind.values())
        .filter(kind -> kind.routeName().equals(page.embed()))
        .findFirst();
  }
}
