package app.seventv.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --print-config} writes, and what becomes of it as a file of settings. */
class ConfigPrinterTest {
  private static final Key<String> POD =
      Key.string("pod.name", "", "Name.").defaultFrom("POD_NAME");
  private static final Key<Integer> WORKERS = Key.integer("workers", 1, 0, 64, "Workers.");
  private static final Key<String> LABEL = Key.string("label", "", "Label.");

  private static final Key<List<String>> SERVERS =
      Key.of("servers", ValueTypes.SERVER.list(), List.of(), "Servers.");

  @TempDir private Path directory = Path.of("");

  private static Config load(
      ConfigSchema schema, Map<String, String> environment, List<Path> files, String... overrides)
      throws ConfigException {
    return ConfigLoader.strict(schema, environment).load(files, List.of(overrides));
  }

  private Path printed(Config config) throws IOException {
    return Files.writeString(directory.resolve("printed.toml"), ConfigPrinter.print(config));
  }

  /** The installer's file of settings is a printed one: the unit's environment still counts. */
  @Test
  void aPrintedDefaultDoesNotHideTheEnvironments() throws Exception {
    ConfigSchema schema = ConfigSchema.of(POD, WORKERS);
    Path file = printed(load(schema, Map.of(), List.of()));
    Config config = load(schema, Map.of("POD_NAME", "host-1"), List.of(file));
    assertThat(config.get(POD)).isEqualTo("host-1");

    Path ofOneHost = printed(load(schema, Map.of("POD_NAME", "host-1"), List.of()));
    assertThat(Files.readString(ofOneHost)).contains("#pod.name = \"host-1\" # from environment");
    Config ofAnother = load(schema, Map.of("POD_NAME", "host-2"), List.of(ofOneHost));
    assertThat(ofAnother.get(POD)).isEqualTo("host-2");
  }

  /** A host that was set up with one release gets the better default of the next. */
  @Test
  void aPrintedDefaultDoesNotPinTheNextReleases() throws Exception {
    Path file = printed(load(ConfigSchema.of(WORKERS), Map.of(), List.of()));
    assertThat(Files.readString(file)).contains("#workers = 1\n");
    ConfigSchema next = ConfigSchema.of(WORKERS.withDefault(2));
    assertThat(load(next, Map.of(), List.of(file)).get(WORKERS)).isEqualTo(2);
  }

  @Test
  void whatWasSetIsPrintedAsSet() throws Exception {
    ConfigSchema schema = ConfigSchema.of(WORKERS, LABEL);
    Map<String, String> environment = Map.of("APP_LABEL", "a");
    Path file = printed(load(schema, environment, List.of(), "workers=1"));
    assertThat(Files.readString(file)).contains("\nworkers = 1 # from --override workers\n");
    Config again = load(schema, Map.of(), List.of(file));
    assertThat(again.isSet(WORKERS)).isTrue();
    assertThat(again.get(LABEL)).isEqualTo("a");
  }

  /** A line with a masked password would, read again, set the mask. */
  @Test
  void passwordsInAddressesAreHidden() throws Exception {
    ConfigSchema schema = ConfigSchema.of(SERVERS);
    Config config = load(schema, Map.of(), List.of(), "servers=nats://u:hunter2@a:1,t@b,nats://c");
    assertThat(ConfigPrinter.print(config))
        .contains("#servers = [\"nats://(hidden)@a:1\", \"(hidden)@b\", \"nats://c\"] # from");
    assertThatThrownBy(() -> Config.parse(schema, "servers = 'nats://u:hunt/er@2@a:1'"))
        .hasMessageContaining("servers: is the string \"nats://(hidden)@a:1\"");
  }
}
