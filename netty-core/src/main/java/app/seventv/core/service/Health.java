package app.seventv.core.service;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the service can do its work (readiness): its stage of life and its dependencies. Each
 * check runs on a thread of its own, at most one at a time, and its result is reused for a while.
 */
public final class Health {
  /** How long a result is reused. */
  static final Duration REUSE = Duration.ofSeconds(5);

  /** How long one check may take: under the second that pollers wait. */
  static final Duration CHECK_LIMIT = Duration.ofMillis(800);

  /** Result of a passing check. */
  public static final String OK = "ok";

  private final LongSupplier nanoTime;
  private final Duration checkLimit;
  private final List<Dependency> dependencies = new CopyOnWriteArrayList<>();
  private volatile Stage stage = Stage.STARTING;
  private volatile boolean reportsFailures = true;

  /** Health on the system clock. */
  public Health() {
    this(System::nanoTime, CHECK_LIMIT);
  }

  Health(LongSupplier nanoTime, Duration checkLimit) {
    this.nanoTime = nanoTime;
    this.checkLimit = checkLimit;
  }

  /**
   * Adds something the service cannot do without, as {@code mongodb} or {@code nats}.
   *
   * @param check may block; throws, with a message fit for operators, if the dependency is unusable
   */
  public void require(String name, Check check) {
    dependencies.add(new Dependency(name, check));
  }

  /**
   * Makes {@code /health} say {@code ok} as long as the process answers, whatever is missing: for
   * services that are restarted by it and lose more by that than by what is missing. {@code
   * /readyz} tells the truth.
   */
  public void neverReportFailures() {
    reportsFailures = false;
  }

  boolean reportsFailures() {
    return reportsFailures;
  }

  void enter(Stage next) {
    stage = next;
  }

  /** Asks all dependencies, each within its limit; never completes exceptionally. */
  public CompletableFuture<Report> report() {
    Stage now = stage;
    List<CompletableFuture<String>> results =
        dependencies.stream().map(Dependency::result).toList();
    return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
        .thenApply(_ -> {
          Map<String, String> checks = new LinkedHashMap<>();
          for (int i = 0; i < results.size(); i++) {
            checks.put(dependencies.get(i).name, results.get(i).join());
          }
          return new Report(now, checks);
        });
  }

  /** A look at one dependency. */
  @FunctionalInterface
  public interface Check {
    /** Returns if the dependency is usable. */
    void run() throws Exception;
  }

  /** Where in its life a service is. */
  public enum Stage {
    /** Not listening yet. */
    STARTING,
    /** Listening. */
    RUNNING,
    /** Told to stop. */
    DRAINING
  }

  /**
   * The state of a service.
   *
   * @param stage where in its life it is
   * @param checks result per dependency, {@link #OK} or what is wrong
   */
  public record Report(Stage stage, Map<String, String> checks) {
    /** Whether work should be sent here. */
    public boolean isReady() {
      return stage == Stage.RUNNING && checks.values().stream().allMatch(OK::equals);
    }

    /**
     * {@code ok}, or each thing that is wrong, separated by "; ": as {@code mongodb: no answer}, or
     * without the name in front if the message begins with it.
     */
    public String text() {
      if (isReady()) {
        return OK;
      }
      StringBuilder text = new StringBuilder();
      if (stage != Stage.RUNNING) {
        text.append(stage == Stage.STARTING ? "starting" : "draining");
      }
      checks.forEach((name, result) -> {
        if (!result.equals(OK)) {
          text.append(text.isEmpty() ? "" : "; ");
          if (!result.startsWith(name + " ")) { // says itself what it is about
            text.append(name).append(": ");
          }
          text.append(result);
        }
      });
      return text.toString();
    }
  }

  private final class Dependency {
    private final String name;
    private final Check check;
    private @Nullable CompletableFuture<String> latest;
    private @Nullable Thread running;
    private long startedNanos;

    Dependency(String name, Check check) {
      this.name = name;
      this.check = check;
    }

    synchronized CompletableFuture<String> result() {
      CompletableFuture<String> known = latest;
      boolean fresh = nanoTime.getAsLong() - startedNanos < REUSE.toNanos();
      boolean busy = running != null && running.isAlive();
      if (known != null && (fresh || busy)) {
        return known;
      }
      CompletableFuture<String> next = new CompletableFuture<>();
      latest = next;
      startedNanos = nanoTime.getAsLong();
      Thread thread = Thread.ofVirtual().name("health-" + name).unstarted(() -> run(next));
      running = thread;
      CompletableFuture.delayedExecutor(checkLimit.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> {
            if (next.complete("no answer within " + checkLimit.toMillis() + " ms")) {
              thread.interrupt();
            }
          });
      thread.start();
      return next;
    }

    private void run(CompletableFuture<String> result) {
      try {
        check.run();
        result.complete(OK);
      } catch (Exception e) {
        String message = e.getMessage();
        result.complete(message == null ? e.getClass().getSimpleName() : message);
      }
    }
  }
}
