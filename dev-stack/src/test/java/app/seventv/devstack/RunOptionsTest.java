package app.seventv.devstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RunOptionsTest {
  private static final Path ROOT = Path.of("/checkout");
  private static final Path CALLER = Path.of("/home");

  @Test
  void readsEveryOption() {
    RunOptions options =
        RunOptions.parse(
            ROOT,
            CALLER,
            List.of(
                "--check",
                "--fresh",
                "--data",
                "elsewhere",
                "--port-offset",
                "20000",
                "--without",
                "api,mongo-typesense"));

    assertThat(options.check()).isTrue();
    assertThat(options.fresh()).isTrue();
    assertThat(options.attach()).isFalse();
    assertThat(options.data()).isEqualTo(Path.of("/home/elsewhere"));
    assertThat(options.portOffset()).isEqualTo(20_000);
    assertThat(options.without()).containsExactly(Service.API, Service.SEARCH_INDEX);
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertRefused("unknown option --chekc", "--chekc");
    assertRefused("--data needs a value", "--data");
    assertRefused("must be a number from 0 to 20000, not 20001", "--port-offset", "20001");
    assertRefused("must be a number from 0 to 20000, not x", "--port-offset", "x");
    assertRefused("no service is named web", "--without", "web");
    assertRefused("--attach goes with --check", "--attach");
  }

  @Test
  void aMisspeltServiceIsRefusedBeforeTheBuild() throws Exception {
    Process run =
        new ProcessBuilder("../run", "--without", "cdn,web").redirectErrorStream(true).start();
    try {
      assertThat(run.waitFor(10, TimeUnit.SECONDS)).as("ends at once").isTrue();
      assertThat(new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("no service is named web; there are api cdn event-api ")
          .contains(" website-old");
      assertThat(run.exitValue()).isEqualTo(2);
    } finally {
      run.descendants().forEach(ProcessHandle::destroy);
      run.destroy();
    }
  }

  private static void assertRefused(String message, String... arguments) {
    assertThatThrownBy(() -> RunOptions.parse(ROOT, CALLER, List.of(arguments)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }
}
