package app.seventv.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A service of the platform in a JVM of its own, as it runs in production, under measurement. */
final class ServerProcess implements AutoCloseable {
  /**
   * As {@code systemd/bin/launch} has them, with the collector that the JVM chooses on one core.
   */
  static final List<String> JVM_OPTIONS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseCompactObjectHeaders",
          "-XX:+UseSerialGC",
          "-XX:+UseTransparentHugePages",
          "-Dio.netty.handler.ssl.openssl.bioNonApplicationBufferSize=64",
          "-Dio.netty.leakDetection.samplingInterval=8192");

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final int IDLE_CHECK_MS = 250;

  /** What the JVM's tracking adds to each piece of malloc. */
  private static final int TRACKING_BYTES = 18;

  private static final int MAX_IDLE_CHECKS = 40;

  /** Share of a core that is little. */
  private static final double IDLE_SHARE = 0.1;

  private static final Pattern HISTOGRAM_LINE =
      Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)");
  private static final Pattern ANONYMOUS = Pattern.compile("(?m)^Anonymous:\\s+(\\d+) kB");
  private static final Pattern DIRECT =
      Pattern.compile("(?m)^-\\s+Other \\(reserved=\\d+B?, committed=(\\d+)B?\\)");
  private static final Pattern TRACKED = Pattern.compile("(?m)^\\s+malloc: (\\d+)B? #(\\d+)");
  private static final Pattern MALLOC_SYSTEM =
      Pattern.compile("<system type=\"current\" size=\"(\\d+)\"/>");
  private static final Pattern MALLOC_TOTAL =
      Pattern.compile("<total type=\"(fast|rest|mmap)\" count=\"\\d+\" size=\"(\\d+)\"/>");

  private final Process process;
  private final Path log;
  private final int adminPort;

  private ServerProcess(Process process, Path log, int adminPort) {
    this.process = process;
    this.log = log;
    this.adminPort = adminPort;
  }

  /**
   * Starts a jar and waits until its admin port says that it is ready.
   *
   * @param prefix words before {@code java}, e.g. {@code taskset -c 0}
   */
  static ServerProcess start(
      BenchContext context,
      String jar,
      String toml,
      int adminPort,
      List<String> prefix,
      String... jvmOptions)
      throws IOException, InterruptedException {
    Path config = Files.writeString(context.work().resolve("server.toml"), toml);
    Path log = context.work().resolve("server.log");
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.add("-XX:-UseDynamicNumberOfCompilerThreads"); // cpuSeconds must find them
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-jar", context.root().resolve(jar).toString()));
    command.addAll(List.of("--config", config.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    ServerProcess server = new ServerProcess(process, log, adminPort);
    server.awaitReady();
    return server;
  }

  private void awaitReady() throws IOException, InterruptedException {
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/readyz"))
            .timeout(Duration.ofSeconds(2))
            .build();
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // The port is not open yet.
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    close();
    throw new IOException("the server did not become ready; its log: " + Files.readString(log));
  }

  /**
   * Processor time used so far, in seconds, without that of the JVM's compilers: it is spent once,
   * not per frame or connection.
   */
  double cpuSeconds() throws IOException {
    return ProcessorTime.ofProcess(pid()) - MeasuredServer.compilerSeconds(pid());
  }

  /** Waits until the process has little left to do; at most a few seconds. */
  void awaitIdle() throws IOException, InterruptedException {
    double before = cpuSeconds();
    for (int i = 0; i < MAX_IDLE_CHECKS; i++) {
      TimeUnit.MILLISECONDS.sleep(IDLE_CHECK_MS);
      double now = cpuSeconds();
      if (now - before <= IDLE_SHARE * IDLE_CHECK_MS / 1_000) {
        return;
      }
      before = now;
    }
  }

  /**
   * Waits until neither the process nor its compilers have much left to do; some seconds at most.
   */
  void awaitQuiet() throws IOException, InterruptedException {
    double before = ProcessorTime.ofProcess(pid());
    for (int i = 0; i < MAX_IDLE_CHECKS; i++) {
      TimeUnit.MILLISECONDS.sleep(IDLE_CHECK_MS);
      double now = ProcessorTime.ofProcess(pid());
      if (now - before <= IDLE_SHARE * IDLE_CHECK_MS / 1_000) {
        return;
      }
      before = now;
    }
  }

  /** The same process as a server beside rivals. */
  MeasuredServer measured(String name, int plainPort, int tlsPort) {
    return MeasuredServer.of(name, process, plainPort, tlsPort);
  }

  long pid() {
    return process.pid();
  }

  /** Bytes of live objects on the Java heap by class, after a full collection. */
  Map<String, Long> liveHeap() throws IOException, InterruptedException {
    Map<String, Long> bytes = new HashMap<>();
    Matcher line = HISTOGRAM_LINE.matcher(jcmd("GC.class_histogram"));
    while (line.find()) {
      if (line.group(2).contains("jdk.internal.vm.Filler")) {
        continue; // stands for room that the collector has not closed
      }
      bytes.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum);
    }
    if (bytes.isEmpty()) {
      throw new IOException("jcmd printed no histogram");
    }
    return bytes;
  }

  /** Bytes of live objects on the Java heap, after a full collection. */
  long liveHeapBytes() throws IOException, InterruptedException {
    return liveHeap().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Anonymous memory of the process that is resident: heap, malloc, stacks, code. */
  long anonymousBytes() throws IOException {
    String rollup = Files.readString(Path.of("/proc", Long.toString(pid()), "smaps_rollup"));
    return number(ANONYMOUS.matcher(rollup), 1) << 10;
  }

  /**
   * Memory of a process whose heap is resident as a whole ({@code -XX:+AlwaysPreTouch}).
   *
   * @param heapBytes live objects on the heap
   * @param residentBytes anonymous memory, the heap as a whole included
   */
  record Memory(long heapBytes, long residentBytes) {}

  /** What it uses now, after it has given back what malloc holds without need. */
  Memory memory() throws IOException, InterruptedException {
    long heapBytes = liveHeapBytes();
    trim();
    return new Memory(heapBytes, anonymousBytes());
  }

  /** Has the C library give back what it holds without need. */
  void trim() throws IOException, InterruptedException {
    jcmd("System.trim_native_heap");
  }

  /**
   * Bytes that Java code holds outside the heap: direct buffers and foreign memory. The process
   * must run with {@code -XX:NativeMemoryTracking=summary}.
   */
  long directBytes() throws IOException, InterruptedException {
    return number(DIRECT.matcher(jcmd("VM.native_memory", "summary", "scale=B")), 1);
  }

  /**
   * Bytes of {@link #mallocBytes} that the JVM has taken for itself: for compiled code, its
   * compilers, classes, the collector. What Java code holds ({@link #directBytes}) and what
   * libraries do is not in it. Needs tracking as well.
   */
  long jvmBytes() throws IOException, InterruptedException {
    String books = jcmd("VM.native_memory", "summary", "scale=B");
    Matcher all = TRACKED.matcher(books);
    long taken = number(all, 1) + TRACKING_BYTES * Long.parseLong(all.group(2));
    return taken - number(DIRECT.matcher(books), 1);
  }

  /** Lines of a metric with its labels and values. */
  String metric(String name) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(request, HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name))
          .collect(Collectors.joining(", "));
    }
  }

  /**
   * Bytes that the process has taken from malloc and not given back: direct buffers, native
   * libraries, the JVM itself. From glibc's own books ({@code malloc_info}).
   */
  long mallocBytes() throws IOException, InterruptedException {
    String info = jcmd("System.native_heap_info");
    int summary = info.lastIndexOf("</heap>");
    String totals = summary < 0 ? info : info.substring(summary);
    long bytes = number(MALLOC_SYSTEM.matcher(totals), 1);
    Matcher total = MALLOC_TOTAL.matcher(totals);
    while (total.find()) {
      long size = Long.parseLong(total.group(2));
      bytes += total.group(1).equals("mmap") ? size : -size;
    }
    return bytes;
  }

  private static long number(Matcher matcher, int group) throws IOException {
    if (!matcher.find()) {
      throw new IOException("jcmd printed no figure");
    }
    return Long.parseLong(matcher.group(group));
  }

  private String jcmd(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    words.add(Long.toString(pid()));
    words.addAll(List.of(command));
    Process jcmd = new ProcessBuilder(words).redirectErrorStream(true).start();
    String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!jcmd.waitFor(60, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
      throw new IOException("jcmd " + String.join(" ", command) + " failed: " + text);
    }
    return text;
  }

  /** Asks the process to end, and makes it end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
