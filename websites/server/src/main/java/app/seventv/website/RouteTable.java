package app.seventv.website;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The pages of a site and where old addresses moved to, read from the {@code routes.json} that the
 * page itself routes by, so that both answer alike.
 */
final class RouteTable {
  /**
   * A page.
   *
   * @param path pattern, as {@code /emotes/{id}}
   * @param chunk source name of the page's script in the build manifest; may be empty
   * @param embed kind of entity whose meta tags the page carries; empty where it has none
   * @param title of a page without entity, or until the entity is known; empty for the site's name
   * @param description one line for link previews
   */
  record Page(String path, String chunk, String embed, String title, String description) {}

  /** A page and the parameters of its address. */
  record Match(Page page, Map<String, String> parameters) {}

  /** Where an address has moved to. */
  record Moved(String path, int status) {}

  private record Redirect(String from, String to, int status) {}

  private final List<Page> pages;
  private final List<Redirect> redirects;

  private RouteTable(List<Page> pages, List<Redirect> redirects) {
    this.pages = List.copyOf(pages);
    this.redirects = List.copyOf(redirects);
  }

  /** Reads the table; unknown fields are the page's own. */
  static RouteTable parse(String json) {
    JsonNode root = JsonMapper.shared().readTree(json);
    List<Page> pages = new ArrayList<>();
    for (JsonNode route : root.path("routes")) {
      pages.add(
          new Page(
              route.path("path").asString(""),
              route.path("chunk").asString(""),
              route.path("embed").asString(""),
              route.path("title").asString(""),
              route.path("description").asString("")));
    }
    List<Redirect> redirects = new ArrayList<>();
    for (JsonNode redirect : root.path("redirects")) {
      redirects.add(
          new Redirect(
              redirect.path("from").asString(""),
              redirect.path("to").asString(""),
              redirect.path("status").asInt(301)));
    }
    return new RouteTable(pages, redirects);
  }

  /** All pages in the order of the table. */
  List<Page> pages() {
    return pages;
  }

  /** The page of a decoded path. */
  Optional<Match> match(String path) {
    for (Page page : pages) {
      Map<String, String> parameters = matchPath(page.path(), path);
      if (parameters != null) {
        return Optional.of(new Match(page, parameters));
      }
    }
    return Optional.empty();
  }

  /** Where a decoded path has moved to: a trailing slash, an old address, an id in lower case. */
  Optional<Moved> moved(String path) {
    if (path.length() > 1 && path.endsWith("/")) {
      return Optional.of(new Moved(withoutEmptySegments(path), 301));
    }
    for (Redirect redirect : redirects) {
      Map<String, String> parameters = matchPath(redirect.from(), path);
      if (parameters != null) {
        return Optional.of(new Moved(fill(redirect.to(), parameters), redirect.status()));
      }
    }
    return match(path).flatMap(RouteTable::canonical);
  }

  private static Optional<Moved> canonical(Match match) {
    String id = match.parameters().get("id");
    if (id == null || EntityId.canonical(id).equals(id)) {
      return Optional.empty();
    }
    Map<String, String> parameters = Map.of("id", EntityId.canonical(id));
    return Optional.of(new Moved(fill(match.page().path(), parameters), 301));
  }

  private static @Nullable Map<String, String> matchPath(String pattern, String path) {
    String[] wanted = pattern.split("/", -1);
    String[] given = path.split("/", -1);
    if (wanted.length != given.length) {
      return null;
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      String part = wanted[i];
      if (part.startsWith("{") && part.endsWith("}")) {
        if (given[i].isEmpty()) {
          return null;
        }
        parameters.put(part.substring(1, part.length() - 1), given[i]);
      } else if (!part.equals(given[i])) {
        return null;
      }
    }
    return parameters;
  }

  private static String fill(String pattern, Map<String, String> parameters) {
    String filled = pattern;
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      filled = filled.replace("{" + parameter.getKey() + "}", encodeSegment(parameter.getValue()));
    }
    return filled;
  }

  /** Never starts with two slashes, which a browser would take for another host. */
  private static String withoutEmptySegments(String path) {
    String joined =
        Arrays.stream(path.split("/", -1))
            .filter(segment -> !segment.isEmpty())
            .map(RouteTable::encodeSegment)
            .collect(Collectors.joining("/"));
    return "/" + joined;
  }

  private static String encodeSegment(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
