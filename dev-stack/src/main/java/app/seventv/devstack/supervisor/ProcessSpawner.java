package app.seventv.devstack.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts child processes that cannot outlive this one: the kernel sends them SIGKILL when we die,
 * even by {@code kill -9} (prctl(2), {@code PR_SET_PDEATHSIG}, set through setpriv(1)).
 *
 * <p>The signal is tied to the <em>thread</em> that forked, so all children are started by one
 * thread that lives as long as the process. Each child gets a session of its own (setsid(1)), so
 * that Ctrl-C reaches only us and we stop the children in order. Both programs belong to every
 * Debian; without them children start unprotected.
 */
final class ProcessSpawner {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("process-spawner").daemon().factory());

  private ProcessSpawner() {}

  /** Starts {@code builder}'s command; its pid is the pid of the command itself. */
  static Process start(ProcessBuilder builder) throws IOException {
    if (Files.isExecutable(SETPRIV) && Files.isExecutable(SETSID)) {
      List<String> command = new ArrayList<>();
      command.addAll(List.of(SETSID.toString(), SETPRIV.toString(), "--pdeathsig", "KILL", "--"));
      command.addAll(builder.command());
      builder.command(command);
    }
    try {
      return THREAD.submit(builder::start).get();
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting " + builder.command(), e);
    }
  }
}
