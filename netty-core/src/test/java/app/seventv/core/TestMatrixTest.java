package app.seventv.core;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Wire;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Every test of a server runs over io_uring, epoll and NIO, or says below why not; and it goes over
 * every {@link Wire}, or says in its annotation why not. {@code docs/test-matrix.md} lists both.
 */
class TestMatrixTest {
  private static final Path SOURCES = Path.of("src/test/java");
  private static final Path PAGE = Path.of("../docs/test-matrix.md");

  /** Code that starts a server; so does whatever names a class of the tests that holds some. */
  private static final Pattern STARTS =
      Pattern.compile("HttpServer\\.builder\\(|ServiceRuntime\\.start\\(|ServiceMain\\.run\\(");

  private static final Pattern EVERY_TRANSPORT =
      Pattern.compile("@ParameterizedClass|@Every(Transport|Tcp)\\b|TransportOptions\\.Choice tr");

  private static final Map<String, String> OF_ONE_TRANSPORT =
      new TreeMap<>(
          Map.of(
              "AdminToolsTest", "what is tested is behind the admin port",
              "ServiceMainTest", "command lines and settings: no request is sent",
              "ServiceProcessTest", "signals and exit codes of a process",
              "ServiceRuntimeTest", "what is tested is behind the admin port",
              "SocketTableTest", "the table of sockets belongs to io_uring",
              "TlsSocketTableTest", "the table of sockets belongs to io_uring",
              "AttacksTest", "takes minutes; what each attack meets is tested over all elsewhere",
              "AutobahnTest", "takes minutes; WebSocketTest sends frames over all"));

  @Test
  void serversAreTestedOverEveryTransport() throws IOException {
    Map<String, String> sources = sources();
    List<String> missing =
        testsOfServers(sources).stream()
            .filter(name -> lineage(name, sources).stream().noneMatch(TestMatrixTest::runsOverAll))
            .toList();
    assertThat(missing).containsExactlyInAnyOrderElementsOf(OF_ONE_TRANSPORT.keySet());
  }

  private static boolean runsOverAll(String source) {
    return EVERY_TRANSPORT.matcher(source).find();
  }

  /** Text of every class of the tests by its simple name. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
      }
    }
    return sources;
  }

  /** The class's own text and those of the classes it extends. */
  private static List<String> lineage(String name, Map<String, String> sources) {
    List<String> texts = new ArrayList<>();
    for (@Nullable String text = sources.get(name); text != null; ) {
      texts.add(text);
      var parent = Pattern.compile("class \\w+ extends (\\w+)").matcher(text);
      text = parent.find() ? sources.get(parent.group(1)) : null;
    }
    return texts;
  }

  private static Set<String> testsOfServers(Map<String, String> sources) {
    Set<String> starters = new TreeSet<>();
    boolean grows = true;
    while (grows) {
      Pattern one = Pattern.compile("\\b(" + String.join("|", starters) + ")\\b");
      List<String> more =
          sources.keySet().stream()
              .filter(name -> !name.equals("TestMatrixTest") && !starters.contains(name))
              .filter(name -> startsOne(sources.get(name), starters.isEmpty() ? STARTS : one))
              .toList();
      grows = starters.addAll(more.stream().filter(name -> !name.endsWith("Test")).toList());
    }
    Pattern any = Pattern.compile(STARTS + "|\\b(" + String.join("|", starters) + ")\\b");
    return sources.keySet().stream()
        .filter(name -> name.endsWith("Test") && !name.equals("TestMatrixTest"))
        .filter(name -> startsOne(sources.get(name), any))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean startsOne(@Nullable String source, Pattern starting) {
    return source != null && starting.matcher(source).find();
  }

  @Test
  void serversAreTestedOverEveryWire() throws Exception {
    assertThat(PAGE).content().isEqualTo(expectedPage());
  }

  private static String expectedPage() throws Exception {
    Map<String, String> sources = sources();
    List<String> undeclared = new ArrayList<>();
    Map<String, Cover> incomplete = new TreeMap<>();
    for (String name : testsOfServers(sources)) {
      Class<?> type = load(name, String.valueOf(sources.get(name)));
      for (Method method : tests(type)) {
        Cover cover = cover(type, method);
        if (cover == null) {
          undeclared.add(name + '.' + method.getName());
        } else if (cover.wires().size() < Wire.values().length) {
          assertThat(cover.because()).as(name + '.' + method.getName() + " says why").isNotBlank();
          boolean ofTheClass = cover.equals(cover(type));
          incomplete.put(ofTheClass ? name : name + '.' + method.getName(), cover);
        }
      }
    }
    assertThat(undeclared).as("tests of a server with neither @OverWires nor @Covers").isEmpty();
    return page(incomplete);
  }

  private static Class<?> load(String name, String source) throws ClassNotFoundException {
    var declared = Pattern.compile("(?m)^package ([\\w.]+);").matcher(source);
    assertThat(declared.find()).isTrue();
    ClassLoader loader = TestMatrixTest.class.getClassLoader();
    return Class.forName(declared.group(1) + '.' + name, false, loader);
  }

  private static List<Method> tests(Class<?> type) {
    List<Method> tests = new ArrayList<>();
    for (Method method : type.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)
          || method.isAnnotationPresent(ParameterizedTest.class)
          || method.isAnnotationPresent(OverWires.class)) {
        tests.add(method);
      }
    }
    tests.sort(Comparator.comparing(Method::getName));
    return tests;
  }

  private record Cover(Set<Wire> wires, String because) {
    Cover(Wire[] wires, String because) {
      this(new TreeSet<>(Arrays.asList(wires)), because);
    }
  }

  private static @Nullable Cover cover(Class<?> type) {
    Covers covers = type.getAnnotation(Covers.class);
    return covers == null ? null : new Cover(covers.value(), covers.because());
  }

  private static @Nullable Cover cover(Class<?> type, Method method) {
    OverWires over = method.getAnnotation(OverWires.class);
    Covers covers = method.getAnnotation(Covers.class);
    if (over != null) {
      return new Cover(over.value(), over.because());
    }
    return covers == null ? cover(type) : new Cover(covers.value(), covers.because());
  }

  private static String page(Map<String, Cover> incomplete) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # What the tests of netty-core's servers run over

        Every test of a server runs over io_uring, epoll and NIO, and over HTTP/1.1 and 2 in the clear
        and with TLS and over HTTP/3. Those below do not, each for a reason. `TestMatrixTest` holds
        this page to the annotations `@OverWires` and `@Covers`, and finds tests that say nothing.

        ## Not over every transport

        | Class | Why |
        |---|---|
        """);
    OF_ONE_TRANSPORT.forEach((name, why) -> page.append("| `" + name + "` | " + why + " |\n"));
    page.append("\n## Not over every wire\n\n| Test | 1.1 | 1.1 TLS | 2 | 2 TLS | 3 | Why |\n");
    page.append("|---|---|---|---|---|---|---|\n");
    incomplete.forEach((name, cover) -> {
      Map<Wire, String> cells = new EnumMap<>(Wire.class);
      for (Wire wire : Wire.values()) {
        cells.put(wire, cover.wires().contains(wire) ? "✓" : " ");
      }
      page.append("| `" + name + "` | " + String.join(" | ", cells.values()));
      page.append(" | " + cover.because() + " |\n");
    });
    return page.toString();
  }
}
