package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.content.RequestPath;
import app.seventv.core.http.RouteNode.Draft;
import app.seventv.core.http.RouteNode.Route;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Random paths: the tree finds what the patterns say, and decoded paths stay where they are. */
class RouterFuzzTest {
  private static final Handler NONE = exchange -> {};
  private static final List<String> PATTERNS =
      List.of("/", "/a", "/a/b", "/a/{x}", "/{x}/b", "/{x}/{y}/c", "/f/{rest*}", "/a/{x}/c/d");
  private static final RouteNode TREE = tree();

  private static RouteNode tree() {
    Draft root = new Draft();
    for (String pattern : PATTERNS) {
      List<String> names = new ArrayList<>();
      Draft node = root;
      String[] segments = pattern.substring(1).split("/", -1);
      for (int i = 0; i < segments.length; i++) {
        node = node.child(segments[i], i == segments.length - 1, names, pattern);
      }
      node.add("GET", new Route(new RoutePattern("GET", pattern), NONE, List.of(pattern)), pattern);
    }
    return root.compile();
  }

  @FuzzTest
  void thePatternThatIsFoundMatches(byte[] bytes) {
    String raw = "/" + new String(bytes, StandardCharsets.ISO_8859_1);
    String path = PercentCoding.normalized(raw);
    assertThat(PercentCoding.normalized(path).length()).isLessThanOrEqualTo(path.length());
    int[] bounds = new int[8];
    RouteNode found = TREE.find(path, 1, bounds, 0);
    if (found == null) {
      assertThat(PATTERNS).noneMatch(pattern -> matches(pattern, path));
    } else {
      Route route = Objects.requireNonNull(found.route("GET"));
      assertThat(matches(route.names().getFirst(), path)).isTrue();
    }
    try {
      String decoded = RequestPath.decode(raw);
      assertThat(decoded).startsWith("/").doesNotContain("/../", "/./", "\0", "\\");
      assertThat(decoded).doesNotEndWith("/..").doesNotEndWith("/.");
    } catch (HttpError refused) {
      assertThat(refused.status()).isEqualTo(400);
    }
  }

  /** The slow and obvious way. */
  private static boolean matches(String pattern, String path) {
    String regex = pattern.replaceAll("\\{\\w+\\*}", "(?s:.*)").replaceAll("\\{\\w+}", "[^/]+");
    return path.matches(regex);
  }
}
