package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigException;
import app.seventv.core.config.ConfigPrinter;
import app.seventv.core.mongo.MongoOptions;
import org.junit.jupiter.api.Test;

/** Settings that are told before anything starts. */
class ImageProcessorKeysTest {
  private static Config config(String toml) {
    return ImageProcessor.definition().config(toml);
  }

  @Test
  void theDatabaseIsChecked() {
    assertThat(MongoOptions.databaseName(config(""))).isEqualTo("scuffle-image-processor");
    for (String uri : new String[] {"", "http://localhost/images", "mongodb://localhost"}) {
      assertThatThrownBy(() -> config("database.uri = '" + uri + "'"))
          .as(uri)
          .hasCauseInstanceOf(ConfigException.class)
          .hasMessageContaining("database.uri: ");
    }
  }

  @Test
  void thePasswordOfTheDatabaseIsNotPrinted() {
    Config config = config("database.uri = 'mongodb://user:hunter2@localhost/images'");
    assertThat(ConfigPrinter.print(config)).doesNotContain("hunter2");
  }
}
