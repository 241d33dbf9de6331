package app.seventv.devstack.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagedProcessTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path directory;

  private final int port = FreePorts.find();
  private final List<String> deaths = new CopyOnWriteArrayList<>();

  @Test
  void killedProcessIsStartedAgain() throws Exception {
    try (ManagedProcess process = process("fake", port)) {
      process.start();
      process.awaitReady(TIMEOUT);
      long first = process.pid().orElseThrow();

      ProcessHandle.of(first).orElseThrow().destroyForcibly();

      await().atMost(TIMEOUT).until(() -> process.restarts() == 1 && process.ready());
      assertThat(process.pid().orElseThrow()).isNotEqualTo(first);
      assertThat(deaths).containsExactly("fake 137");
    }
  }

  @Test
  void closeStopsItCleanlyAndItStaysStopped() throws Exception {
    ManagedProcess process = process("fake", port);
    process.start();
    process.awaitReady(TIMEOUT);
    long pid = process.pid().orElseThrow();

    process.close();

    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(process.pid()).isEmpty();
    assertThat(deaths).isEmpty();
    await()
        .atMost(TIMEOUT)
        .until(() -> Files.readString(log("fake")).contains("fake service says hello"));
    await().atMost(TIMEOUT).until(() -> Files.readString(log("fake")).contains("goodbye"));
  }

  @Test
  void aProcessDeafToSigtermIsKilledAfterTheGracePeriod() throws Exception {
    ManagedProcess process = process("deaf", port, "deaf");
    process.start();
    process.awaitReady(TIMEOUT);
    long pid = process.pid().orElseThrow();

    process.close();

    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void aProcessThatKeepsEndingFailsTheStartWithTheEndOfItsLog() throws Exception {
    try (ManagedProcess process = process("dying", port, "dying")) {
      process.start();
      assertThatThrownBy(() -> process.awaitReady(TIMEOUT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("dying keeps ending")
          .hasMessageContaining("fake service says hello");
      assertThat(deaths).contains("dying 7");
    }
  }

  @Test
  void aGroupStartsAndStopsTogether() throws Exception {
    int other = FreePorts.find();
    List<String> ready = new CopyOnWriteArrayList<>();
    ProcessGroup group = new ProcessGroup(List.of(process("one", port), process("two", other)));
    try (group) {
      group.start(TIMEOUT, (name, afterMs) -> ready.add(name));
      assertThat(ready).containsExactlyInAnyOrder("one", "two");
    }
    assertThat(group.processes()).allMatch(process -> process.pid().isEmpty());
    assertThat(FreePorts.isFree(port)).isTrue();
    assertThat(FreePorts.isFree(other)).isTrue();
  }

  @Test
  void aProcessOfAGroupGetsOneSignalOnly() throws Exception {
    String script = "trap 'echo signal' TERM; echo up; while :; do sleep 0.05; done";
    ManagedProcess process =
        new ManagedProcess(
            new ManagedProcess.Spec(
                "shell",
                List.of("bash", "-c", script),
                Map.of(),
                directory,
                log("shell"),
                Duration.ofSeconds(1)),
            () -> new BoundedLog(log("shell"), 1).tail(1).equals(List.of("up")),
            (dead, exitCode, restartInMs) -> deaths.add(dead));
    try (ProcessGroup group = new ProcessGroup(List.of(process))) {
      group.start(TIMEOUT, (name, afterMs) -> {});
    }
    assertThat(Files.readAllLines(log("shell"))).containsExactly("up", "signal");
  }

  @Test
  void theHolderOfAPortIsFound() throws Exception {
    try (ManagedProcess process = process("fake", port)) {
      process.start();
      process.awaitReady(TIMEOUT);
      assertThat(PortHolder.describe(port, false))
          .contains("pid " + process.pid().orElseThrow() + " (java)");
    }
  }

  private ManagedProcess process(String name, int onPort, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(FakeServiceMain.class.getName());
    command.add(String.valueOf(onPort));
    command.addAll(List.of(options));
    ManagedProcess.Spec spec =
        new ManagedProcess.Spec(
            name, command, Map.of(), directory, log(name), Duration.ofMillis(700));
    return new ManagedProcess(
        spec,
        new HttpProbe(URI.create("http://127.0.0.1:" + onPort + "/readyz")),
        (dead, exitCode, restartInMs) -> deaths.add(dead + " " + exitCode));
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }
}
