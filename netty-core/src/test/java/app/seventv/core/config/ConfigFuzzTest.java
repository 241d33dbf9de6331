package app.seventv.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Random configuration files: a configuration or a list of problems, never another exception. */
class ConfigFuzzTest {
  private static final Key<InetSocketAddress> BIND = Key.address("bind", "0.0.0.0:80", "Bind.");
  private static final Key<Duration> AGE = Key.duration("cdn.age", Duration.ofDays(7), "Age.");
  private static final Key<Duration> BEAT = Key.durationTable("beat", Duration.ofSeconds(45), "B.");
  private static final Key<Long> SIZE = Key.sizeBytes("cdn.size", 1_000, "Size.");
  private static final Key<Integer> WORKERS = Key.integer("workers", 1, 0, 64, "Workers.");
  private static final Key<List<String>> NAMES = Key.strings("names", List.of("a"), "Names.");
  private static final Key<List<CidrBlock>> TRUSTED =
      Key.of("trusted", ValueTypes.CIDR.list(), List.of(), "Proxies.");
  private static final Key<String> NAME = Key.required("name", ValueTypes.STRING, "Name.");
  private static final Key<List<Config>> DRIVES =
      Key.taggedTables("drives", "kind", Map.of("s3", ConfigSchema.of(NAME)), "Drives.");
  private static final ConfigSchema SCHEMA =
      ConfigSchema.of(BIND, AGE, BEAT, SIZE, WORKERS, NAMES, TRUSTED, DRIVES);
  private static final Map<String, String> ENVIRONMENT = Map.of("X", "7", "Y", "\"\n[a");

  @FuzzTest
  void everyFileIsReadOrExplained(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    List<String> problems = new ArrayList<>();
    Template.Rendered rendered =
        Template.render("file", text, ENVIRONMENT, problems, new ArrayList<>());
    int lines = (int) rendered.text().chars().filter(c -> c == '\n').count() + 1;
    int sourceLines = (int) text.chars().filter(c -> c == '\n').count() + 1;
    for (int line = 1; line <= lines; line++) {
      assertThat(rendered.sourceLine(line)).isBetween(1, sourceLines);
    }
    try {
      Config config = ConfigLoader.strict(SCHEMA, ENVIRONMENT).loadText(text);
      assertThat(config.get(WORKERS)).isBetween(0, 64);
      assertThat(config.get(DRIVES)).isNotNull();
    } catch (ConfigException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
