package app.seventv.devstack.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanTest {
  @TempDir Path directory;

  /** A supervisor of its own process, so that the test can kill it. */
  static final class SupervisorMain {
    private SupervisorMain() {}

    public static void main(String[] arguments) throws Exception {
      Path log = Path.of(arguments[0], "child.log");
      ManagedProcess.Spec spec =
          new ManagedProcess.Spec(
              "child",
              List.of("sleep", "300"),
              Map.of(),
              Path.of(arguments[0]),
              log,
              Duration.ofSeconds(1));
      ManagedProcess child = new ManagedProcess(spec, () -> true, (name, code, ms) -> {});
      child.start();
      System.out.println(child.pid().orElseThrow());
      new CountDownLatch(1).await();
    }
  }

  @Test
  void childrenDieWithAKilledSupervisor() throws Exception {
    Process supervisor =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SupervisorMain.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var output = supervisor.inputReader()) {
      long child = Long.parseLong(output.readLine());
      ProcessHandle handle = ProcessHandle.of(child).orElseThrow();
      assertThat(handle.isAlive()).isTrue();

      supervisor.destroyForcibly();

      await().atMost(Duration.ofSeconds(10)).until(() -> !handle.isAlive());
    } finally {
      supervisor.destroyForcibly();
    }
  }
}
