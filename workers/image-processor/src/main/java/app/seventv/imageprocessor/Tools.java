package app.seventv.imageprocessor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the codec programs as confined children: no network, an empty environment, one writable
 * folder, bounded memory, CPU, file size and wall-clock time (image-processor.md §13.6).
 */
final class Tools {
  private static final long MAX_ADDRESS_SPACE_BYTES = 2L << 30;
  private static final long MAX_FILE_BYTES = 1L << 30;
  private static final int MAX_OPEN_FILES = 128;
  private static final int MAX_ERROR_CHARS = 300;
  private static final Duration KILL_GRACE = Duration.ofSeconds(5);

  /** How children are confined. */
  enum Sandbox {
    /** Own namespaces (no network, no other process, read-only system) and resource limits. */
    BUBBLEWRAP,
    /** Resource limits only. */
    LIMITS
  }

  private final Sandbox sandbox;
  private final Duration timeout;

  /** {@code timeout} is each child's limit of CPU and of wall-clock time. */
  Tools(Sandbox sandbox, Duration timeout) {
    this.sandbox = sandbox;
    this.timeout = timeout;
  }

  /** The strongest sandbox that works here: containers often forbid nested namespaces. */
  static Sandbox strongestSandbox() {
    List<String> probe = new ArrayList<>(bubblewrap(Path.of("/tmp")));
    probe.add("true");
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(5, TimeUnit.SECONDS)) {
        return process.exitValue() == 0 ? Sandbox.BUBBLEWRAP : Sandbox.LIMITS;
      }
      process.destroyForcibly();
    } catch (IOException e) {
      return Sandbox.LIMITS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Sandbox.LIMITS;
  }

  Sandbox sandbox() {
    return sandbox;
  }

  /**
   * Runs {@code command} in {@code workDir} to its end.
   *
   * @throws ToolFailure if it fails, or does not end in time
   */
  void run(JobControl control, Path workDir, List<String> command) {
    try (Child child = start(control, workDir, command, false)) {
      child.await();
    }
  }

  /** Starts {@code command} in {@code workDir}; its standard output is read from the child. */
  Child start(JobControl control, Path workDir, List<String> command) {
    return start(control, workDir, command, true);
  }

  private Child start(JobControl control, Path workDir, List<String> command, boolean readOutput) {
    control.check();
    try {
      Path errors = Files.createTempFile(workDir, "stderr", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(confined(workDir, command))
              .directory(workDir.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .redirectError(errors.toFile());
      if (!readOutput) {
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      }
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin");
      builder.environment().put("LC_ALL", "C");
      builder.environment().put("HOME", "/nonexistent");
      Process process = builder.start();
      control.add(process);
      return new Child(control, process, command.getFirst(), errors, timeout);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.getFirst(), e);
    }
  }

  private List<String> confined(Path workDir, List<String> command) {
    List<String> full = new ArrayList<>();
    if (sandbox == Sandbox.BUBBLEWRAP) {
      full.addAll(bubblewrap(workDir));
    }
    full.addAll(
        List.of(
            "prlimit",
            "--as=" + MAX_ADDRESS_SPACE_BYTES,
            "--cpu=" + Math.max(1, timeout.toSeconds()),
            "--fsize=" + MAX_FILE_BYTES,
            "--nofile=" + MAX_OPEN_FILES,
            "--core=0"));
    full.addAll(command);
    return full;
  }

  private static List<String> bubblewrap(Path workDir) {
    String folder = workDir.toString();
    List<String> options =
        new ArrayList<>(List.of("bwrap", "--unshare-all", "--die-with-parent", "--new-session"));
    options.addAll(List.of("--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"));
    options.addAll(List.of("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"));
    options.addAll(List.of("--symlink", "usr/bin", "/bin"));
    // ffmpeg does not load without these two.
    options.addAll(List.of("--ro-bind-try", "/etc/alternatives", "/etc/alternatives"));
    options.addAll(List.of("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"));
    options.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
    options.addAll(List.of("--bind", folder, folder, "--chdir", folder));
    return options;
  }

  /** A program that did not do its work. */
  static final class ToolFailure extends RuntimeException {
    ToolFailure(String message) {
      super(message);
    }
  }

  /** A running program; closing it kills it if it still runs. */
  static final class Child implements AutoCloseable {
    private final JobControl control;
    private final Process process;
    private final String name;
    private final Path errors;
    private final Duration timeout;
    private final Thread watchdog;

    private Child(JobControl control, Process process, String name, Path errors, Duration timeout) {
      this.control = control;
      this.process = process;
      this.name = name;
      this.errors = errors;
      this.timeout = timeout;
      // A reader of the output pipe cannot be interrupted; the death of the writer ends it.
      this.watchdog = Thread.ofVirtual().name(name + "-watchdog").start(this::killWhenLate);
    }

    private void killWhenLate() {
      try {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    InputStream output() {
      return process.getInputStream();
    }

    /** Waits for the end; throws {@link ToolFailure} unless the program succeeded. */
    void await() {
      try {
        if (!process.waitFor(timeout.plus(KILL_GRACE).toMillis(), TimeUnit.MILLISECONDS)) {
          throw new ToolFailure(name + ": does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw JobFailure.internal("interrupted");
      }
      control.check();
      if (process.exitValue() != 0) {
        throw new ToolFailure("%s: exit %d%s".formatted(name, process.exitValue(), lastWords()));
      }
    }

    private String lastWords() {
      try (InputStream in = Files.newInputStream(errors)) {
        byte[] head = in.readNBytes(MAX_ERROR_CHARS);
        String text = new String(head, StandardCharsets.UTF_8).replaceAll("\\s+", " ").strip();
        return text.isEmpty() ? "" : ": " + text;
      } catch (IOException e) {
        return "";
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
      watchdog.interrupt();
      control.remove(process);
    }
  }
}
