package app.seventv.devstack.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedLogTest {
  @TempDir Path directory;

  @Test
  void neverGrowsPastItsLimitAndKeepsOneOlderFile() throws Exception {
    BoundedLog log = new BoundedLog(directory.resolve("log/one.log"), 20_000);

    for (int i = 0; i < 10; i++) {
      log.copyFrom(new ByteArrayInputStream(("line " + i + "\n").repeat(1_000).getBytes(UTF_8)));
    }

    assertThat(Files.size(log.path())).isLessThanOrEqualTo(20_000);
    assertThat(Files.size(log.previous())).isLessThanOrEqualTo(20_000);
    assertThat(log.tail(2)).containsExactly("line 9", "line 9");
    try (var files = Files.list(directory.resolve("log"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void appendsToWhatAnEarlierRunHasWritten() throws Exception {
    BoundedLog log = new BoundedLog(directory.resolve("two.log"), 1_000);

    log.copyFrom(new ByteArrayInputStream("first\n".getBytes(UTF_8)));
    log.copyFrom(new ByteArrayInputStream("second\n".getBytes(UTF_8)));

    assertThat(log.tail(5)).containsExactly("first", "second");
  }
}
