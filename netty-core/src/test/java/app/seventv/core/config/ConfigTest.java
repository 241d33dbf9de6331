package app.seventv.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  private static final Key<String> LEVEL =
      Key.string("level", "info", "Level.").defaultFrom("RUST_LOG");
  private static final Key<String> INSTANCE = Key.string("instance", "0", "Instance.");
  private static final Key<InetSocketAddress> BIND =
      Key.address("cdn.bind", "0.0.0.0:8000", "Listens here.");
  private static final Key<Duration> MAX_AGE =
      Key.duration("cdn.max_age", Duration.ofDays(7), "Age.");
  private static final Key<Duration> HEARTBEAT =
      Key.durationTable("event_api.heartbeat_interval", Duration.ofSeconds(45), "Beat.");
  private static final Key<Long> CACHE =
      Key.sizeBytes("cdn.cache_capacity", 1_000_000_000, "Cache.");
  private static final Key<Integer> WORKERS = Key.integer("cdn.workers", 1, 0, 64, "Workers.");
  private static final Key<List<String>> SERVERS =
      Key.strings("nats.servers", List.of("nats://localhost:4222"), "Servers.");
  private static final Key<Optional<Secret>> TOKEN = Key.secret("nats.token", "Token.");
  private static final Key<Optional<Path>> CERT =
      Key.optional("cdn.tls.cert", ValueTypes.PATH, "Certificate.");
  private static final Key<List<CidrBlock>> TRUSTED =
      Key.of("trusted_proxies", ValueTypes.CIDR.list(), List.of(), "Proxies.");
  private static final Key<String> DRIVE_NAME =
      Key.required("name", ValueTypes.STRING, "Name of the drive.");
  private static final Key<Boolean> PATH_STYLE = Key.bool("force_path_style", false, "Style.");
  private static final Key<List<Config>> DRIVES =
      Key.taggedTables(
          "drives",
          "kind",
          Map.of(
              "s3", ConfigSchema.of(DRIVE_NAME, PATH_STYLE),
              "memory", ConfigSchema.of(DRIVE_NAME)),
          "Drives.");

  private static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(LEVEL, INSTANCE, BIND, MAX_AGE, HEARTBEAT, CACHE, WORKERS, SERVERS, TOKEN, CERT)
          .add(TRUSTED, DRIVES)
          .ignore("it is part of another server", "redis", "cdn.allow_insecure")
          .check((config, problems) -> {
            if (config.get(WORKERS) == 13) {
              problems.add(WORKERS, "brings bad luck");
            }
          })
          .build();

  @TempDir private Path directory = Path.of("");

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static List<String> problems(String toml) {
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigLoader.strict(SCHEMA, Map.of()).loadText(toml));
    return e.problems();
  }

  @Test
  void defaultsHoldWhereNothingIsSet() {
    Config config = Config.parse(SCHEMA, "");
    assertThat(config.get(BIND)).isEqualTo(new InetSocketAddress("0.0.0.0", 8000));
    assertThat(config.get(TOKEN)).isEmpty();
    assertThat(config.get(DRIVES)).isEmpty();
    assertThat(config.isSet(BIND)).isFalse();
  }

  @Test
  void readsEveryFormOfValue() {
    Config config =
        Config.parse(
            SCHEMA,
            """
            trusted_proxies = ["10.0.0.0/8", "2001:db8::/32"]
            [cdn]
            bind = "[::1]:80"
            max_age = "1d 12h"
            cache_capacity = "8 GiB"
            tls.cert = "/etc/cert.pem"
            [event_api]
            heartbeat_interval = { secs = 30, nanos = 5 }
            [nats]
            servers = ["nats://a:1", "nats://b:2"]
            token = "hush"
            """);
    assertThat(config.get(BIND)).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80));
    assertThat(config.get(MAX_AGE)).isEqualTo(Duration.ofHours(36));
    assertThat(config.get(CACHE)).isEqualTo(8L << 30);
    assertThat(config.get(HEARTBEAT)).isEqualTo(Duration.ofSeconds(30, 5));
    assertThat(config.get(SERVERS)).containsExactly("nats://a:1", "nats://b:2");
    assertThat(config.get(TOKEN).orElseThrow().reveal()).isEqualTo("hush");
    assertThat(config.get(CERT)).contains(Path.of("/etc/cert.pem"));
    assertThat(config.get(TRUSTED)).hasSize(2);
  }

  @Test
  void laterLayersWin() throws Exception {
    Path first = file("a.toml", "level = 'warn'\ninstance = 'a'\n[cdn]\nworkers = 2\n");
    Path second = file("b.toml", "level = 'error'\n[cdn]\nworkers = 3\n");
    Config config =
        ConfigLoader.strict(SCHEMA, Map.of("APP_LEVEL", "debug", "APP_INSTANCE", "7"))
            .load(List.of(first, second), List.of("level=trace"));
    assertThat(config.get(LEVEL)).isEqualTo("trace");
    assertThat(config.get(INSTANCE)).isEqualTo("7");
    assertThat(config.get(WORKERS)).isEqualTo(3);
    assertThat(config.origin(WORKERS).text()).isEqualTo(second + ":3");
  }

  @Test
  void overridesAreTomlOrPlainText() throws Exception {
    Config config =
        ConfigLoader.strict(SCHEMA, Map.of())
            .load(
                List.of(),
                List.of(
                    "nats.servers=nats://a:1,nats://b:2",
                    "cdn.bind=127.0.0.1:1",
                    "trusted_proxies=[\"10.0.0.0/8\"]",
                    "instance=5",
                    "drives=[{kind = 'memory', name = 'scratch'}]"));
    assertThat(config.get(SERVERS)).containsExactly("nats://a:1", "nats://b:2");
    assertThat(config.get(BIND).getPort()).isEqualTo(1);
    assertThat(config.get(TRUSTED)).containsExactly(CidrBlock.parse("10.0.0.0/8"));
    assertThat(config.get(INSTANCE)).isEqualTo("5");
    assertThat(config.get(DRIVES).getFirst().get(DRIVE_NAME)).isEqualTo("scratch");
  }

  @Test
  void environmentGivesDefaultsToSomeKeys() throws Exception {
    Config config =
        ConfigLoader.strict(SCHEMA, Map.of("RUST_LOG", "debug")).load(List.of(), List.of());
    assertThat(config.get(LEVEL)).isEqualTo("debug");
  }

  @Test
  void templatesInsertVariablesAndKeepLineNumbers() throws Exception {
    Path file =
        file("t.toml", "{# two\nlines #}\nlevel = \"${{ env.LVL }}\"\n[cdn]\nworkers = 'x'\n");
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                ConfigLoader.strict(SCHEMA, Map.of("LVL", "warn")).load(List.of(file), List.of()));
    assertThat(e.problems())
        .containsExactly(
            file + ":5: cdn.workers: is the string \"x\", expected an integer from 0 to 64");
  }

  @Test
  void anUnsetTemplateVariableIsEmptyAndWarns() throws Exception {
    Path file = file("t.toml", "level = \"${{ env.NOPE }}\"\n");
    Config config = ConfigLoader.strict(SCHEMA, Map.of()).load(List.of(file), List.of());
    assertThat(config.get(LEVEL)).isEmpty();
    assertThat(config.warnings())
        .containsExactly(file + ":1: environment variable NOPE is not set");
  }

  @Test
  void badTemplatesAreErrors() {
    assertThat(problems("level = 'a'\ninstance = \"${{ secret('x') }}\""))
        .contains("text:2: expected ${{ env.NAME }}");
    assertThat(problems("{% if x %}")).first().asString().contains("not supported");
  }

  @Test
  void unknownKeysNameFileLineKeyAndTheLikelyKey() {
    assertThat(problems("[cdn]\n\nbnd = \"0.0.0.0:1\""))
        .containsExactly("text:3: cdn.bnd: unknown key, did you mean cdn.bind?");
    assertThat(problems("[cdn]\nlevel = 'x'"))
        .containsExactly("text:2: cdn.level: unknown key, did you mean level?");
    assertThat(problems("[nothing]\nlike = 'that'"))
        .containsExactly("text:1: nothing: unknown key");
  }

  /** The files of today's services and of other versions hold keys that we do not know. */
  @Test
  void unknownKeysCanBeToleratedWithAWarning() throws Exception {
    Path file = file("u.toml", "level = 'a'\n[cdn]\nbnd = 1\n[nothing]\nlike = { this = 1 }\n");
    Config config = ConfigLoader.lenient(SCHEMA, Map.of()).load(List.of(file), List.of("x.y=1"));
    assertThat(config.get(LEVEL)).isEqualTo("a");
    assertThat(config.warnings())
        .containsExactlyInAnyOrder(
            file + ":3: cdn.bnd: unknown key, did you mean cdn.bind?",
            file + ":4: nothing: unknown key",
            "--override x.y: x.y: unknown key");
  }

  @Test
  void durationsMayBeWrittenOut() {
    assertThat(Config.parse(SCHEMA, "cdn.max_age = '7days'").get(MAX_AGE))
        .isEqualTo(Duration.ofDays(7));
    assertThat(Config.parse(SCHEMA, "cdn.max_age = '1 hour 30min 5secs'").get(MAX_AGE))
        .isEqualTo(Duration.ofSeconds(5405));
  }

  @Test
  void wrongValuesNameWhatWasExpected() {
    assertThat(problems("cdn = 5")).containsExactly("text:1: cdn: is 5, expected a table");
    assertThat(problems("cdn.bind = 'localhost:80'"))
        .containsExactly("text:1: cdn.bind: is \"localhost:80\", expected an address ip:port");
    assertThat(problems("cdn.workers = 65"))
        .containsExactly(
            "text:1: cdn.workers: is out of range: 65, expected an integer from 0 to 64");
    assertThat(problems("cdn.max_age = '7 parsecs'"))
        .containsExactly(
            "text:1: cdn.max_age: is \"7 parsecs\", expected a duration such as \"10s\" or"
                + " \"7d\"");
    assertThat(problems("trusted_proxies = ['10.0.0.1/8']"))
        .first()
        .asString()
        .contains("bits set");
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    assertThat(problems("cdn.workers = 65\ncdn.bind = 1\nfoo = 1")).hasSize(3);
  }

  @Test
  void syntaxErrorsNameTheLine() {
    assertThat(problems("level = 'a'\nbroken")).first().asString().startsWith("text:2: ");
  }

  @Test
  void rulesNameTheKeyAndItsPlace() {
    assertThat(problems("[cdn]\nworkers = 13"))
        .containsExactly("text:2: cdn.workers: brings bad luck");
  }

  @Test
  void foreignKeysOnlyWarn() {
    Config config =
        Config.parse(SCHEMA, "[redis]\nservers = ['x']\n[cdn]\nallow_insecure = true\n");
    assertThat(config.warnings())
        .containsExactly(
            "text:1: redis: is not used: it is part of another server",
            "text:4: cdn.allow_insecure: is not used: it is part of another server");
  }

  @Test
  void secretsComeFromFilesAndStayHidden() throws Exception {
    Path secret = file("token", "hush hush\n");
    Config config = Config.parse(SCHEMA, "nats.token_file = '" + secret + "'");
    assertThat(config.get(TOKEN).orElseThrow().reveal()).isEqualTo("hush hush");
    assertThat(ConfigPrinter.print(config)).doesNotContain("hush").contains("# nats.token");
    assertThat(problems("nats.token = 5")).first().asString().contains("nats.token");
    assertThat(problems("nats.token_file = '/does/not/exist'"))
        .first()
        .asString()
        .startsWith("text:1: nats.token_file: cannot be read");
  }

  @Test
  void tablesAreReadByTheirTag() {
    Config config =
        Config.parse(
            SCHEMA,
            """
            [[drives]]
            kind = "s3"
            name = "public"
            force_path_style = true
            [[drives]]
            kind = "memory"
            name = "scratch"
            """);
    assertThat(config.get(DRIVES)).extracting(Config::tag).containsExactly("s3", "memory");
    assertThat(config.get(DRIVES).getFirst().get(PATH_STYLE)).isTrue();
    assertThat(problems("[[drives]]\nkind = 'tape'"))
        .containsExactly("text:1: drives[0].kind: is \"tape\", expected one of [memory, s3]");
    assertThat(problems("[[drives]]\nkind = 'memory'\nname = 'x'\nsize = 1"))
        .containsExactly("text:4: drives[0].size: unknown key");
    assertThat(problems("[[drives]]\nkind = 'memory'"))
        .containsExactly("text:1: drives[0].name: is required: Name of the drive.");
  }

  @Test
  void groupsCarryTheirOwnNames() {
    Key<Integer> limit = Key.integer("limit", 5, 0, 10, "Limit.");
    ConfigSchema group =
        ConfigSchema.builder()
            .add(limit)
            .check((config, problems) -> {
              if (config.get(limit) == 7) {
                problems.add(limit, "is seven");
              }
            })
            .build();
    ConfigSchema schema =
        ConfigSchema.builder().group("cdn.rate_limit", group).group("other", group).build();
    Config config = Config.parse(schema, "cdn.rate_limit.limit = 6");
    assertThat(config.group("cdn.rate_limit").get(limit)).isEqualTo(6);
    assertThat(config.group("other").get(limit)).isEqualTo(5);
    assertThatThrownBy(() -> Config.parse(schema, "other.limit = 7"))
        .hasMessage("text:1: other.limit: is seven");
  }

  @Test
  void printedSettingsCanBeReadAgain() {
    Config config =
        Config.parse(
            SCHEMA,
            "cdn.bind = '[::1]:5'\ncdn.max_age = '90m'\n"
                + "drives = [{kind = 's3', name = 'a\"b'}]\ntrusted_proxies = ['10.0.0.0/8']");
    String printed = ConfigPrinter.print(config);
    Config again = Config.parse(SCHEMA, printed);
    assertThat(again.get(BIND)).isEqualTo(config.get(BIND));
    assertThat(again.get(MAX_AGE)).isEqualTo(Duration.ofMinutes(90));
    assertThat(again.get(DRIVES).getFirst().get(DRIVE_NAME)).isEqualTo("a\"b");
    assertThat(again.get(TRUSTED)).isEqualTo(config.get(TRUSTED));
    assertThat(printed)
        .contains("# Listens here.\n# an address ip:port; default: \"0.0.0.0:8000\"\n");
  }

  @Test
  void undeclaredKeysAreProgrammingErrors() {
    Config config = Config.parse(SCHEMA, "");
    assertThatThrownBy(() -> config.get(Key.string("levels", "x", "Not in the schema.")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> config.get(Key.bool("level", true, "Other type.")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void durationsThatNoClockCanTellAreProblems() {
    assertThat(problems("cdn.max_age = '999999999999999999d'")).hasSize(1);
    assertThat(
            problems(
                "event_api.heartbeat_interval = { secs = "
                    + Long.MAX_VALUE
                    + ", nanos = 9000000000 }"))
        .hasSize(1);
  }
}
