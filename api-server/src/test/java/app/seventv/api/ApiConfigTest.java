package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigException;
import app.seventv.core.config.ConfigLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that the API must not start with. */
class ApiConfigTest {
  @TempDir Path directory;

  private Config load(String toml) throws Exception {
    Path file = Files.writeString(directory.resolve("api.toml"), toml);
    return ConfigLoader.lenient(ApiConfig.SCHEMA, Map.of()).load(List.of(file), List.of());
  }

  private List<String> problems(String toml) {
    return catchThrowableOfType(ConfigException.class, () -> load(toml)).problems();
  }

  @Test
  void tokensAreNotSignedWithNothing() throws Exception {
    Path empty = Files.writeString(directory.resolve("secret"), "\n");
    for (String setting :
        List.of("secret = ''", "secret = '${{ env.NONE }}'", "secret_file = '" + empty + "'")) {
      assertThat(problems("[jwt]\n" + setting))
          .as(setting)
          .singleElement()
          .asString()
          .endsWith(":2: jwt.secret: is empty: everybody could sign in as anybody");
    }
  }

  @Test
  void theSecretThatEverybodyKnowsIsWarnedOf() throws Exception {
    String warning = "jwt.secret: is the default, which everybody knows: change it";
    assertThat(load("").warnings()).containsExactly("default: " + warning);
    assertThat(load("jwt.secret = 'seventv-api'").warnings())
        .singleElement()
        .asString()
        .endsWith(warning);
    assertThat(load("jwt.secret = 'mine'").warnings()).isEmpty();
  }

  @Test
  void aDatabaseThatIsNoneIsToldBeforeTheStart() {
    for (String uri :
        List.of(
            "",
            "postgres://localhost/7tv",
            "mongodb://localhost:27017",
            "mongodb://localhost:99999/7tv",
            "mongodb://u:p@ss@localhost/7tv")) {
      assertThat(problems("database.uri = '" + uri + "'"))
          .as(uri)
          .singleElement()
          .asString()
          .contains("database.uri: ")
          .doesNotContain("p@ss");
    }
  }
}
