package app.seventv.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.CommandLine.Action;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  @Test
  void readsEveryOption() throws Exception {
    CommandLine line =
        CommandLine.parse(
            "-c", "a.toml", "--config=b.toml", "-o", "x=1", "--override", "y=2", "--set=z=a=b");
    assertThat(line.action()).isEqualTo(Action.RUN);
    assertThat(line.files()).containsExactly(Path.of("a.toml"), Path.of("b.toml"));
    assertThat(line.overrides()).containsExactly("x=1", "y=2", "z=a=b");
    assertThat(CommandLine.parse("--check-config").action()).isEqualTo(Action.CHECK_CONFIG);
    assertThat(CommandLine.parse("--print-config").action()).isEqualTo(Action.PRINT_CONFIG);
    assertThat(CommandLine.parse("--help").action()).isEqualTo(Action.HELP);
    assertThat(CommandLine.parse("--version").action()).isEqualTo(Action.VERSION);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> CommandLine.parse("--verbose"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--verbose");
    assertThatThrownBy(() -> CommandLine.parse("-c")).hasMessage("missing value after -c");
  }

  @Test
  void theDefaultFileIsReadOnlyIfThereIsOne(@TempDir Path directory) throws Exception {
    CommandLine line = CommandLine.parse();
    assertThat(line.filesFrom(directory)).isEmpty();
    Path standard = Files.writeString(directory.resolve("config.toml"), "");
    assertThat(line.filesFrom(directory)).containsExactly(standard);
    assertThat(CommandLine.parse("-c", "/x.toml").filesFrom(directory))
        .containsExactly(Path.of("/x.toml"));
  }
}
