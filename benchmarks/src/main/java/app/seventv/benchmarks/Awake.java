package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The library of {@code src/main/c/awake.c}, with which load generators do not sleep. */
final class Awake {
  private static @Nullable Path library;

  private Awake() {}

  /** A command with the library; compiled at the first call. */
  static synchronized List<String> words() throws IOException, InterruptedException {
    Path compiled = library;
    if (compiled == null) {
      Path folder = Files.createTempDirectory("bench-awake");
      compiled = folder.resolve("awake.so");
      folder.toFile().deleteOnExit(); // goes last: what was named last goes first
      compiled.toFile().deleteOnExit();
      Path source =
          Path.of(System.getProperty("project.root", ".")).resolve("benchmarks/src/main/c/awake.c");
      LoadTools.pinned(
          LoadTools.CLIENT_CORE,
          List.of(
              "cc",
              "-O2",
              "-shared",
              "-fPIC",
              "-o",
              compiled.toString(),
              source.toString(),
              "-ldl"));
      library = compiled;
    }
    return List.of("env", "LD_PRELOAD=" + compiled);
  }
}
