package app.seventv.devstack.story;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Plays steps in order, one line each: {@code check: NAME ok N ms} or {@code check: NAME FAILED
 * SERVICE: REASON}. A failed step does not end the story; what depends on it fails by itself.
 */
public final class StoryRunner {
  private static final int MAX_REASON_CHARS = 400;

  /**
   * How a story came out.
   *
   * @param passed number of steps that passed
   * @param failed number of steps that failed
   */
  public record Result(int passed, int failed) {
    /** Whether there were steps and all passed. */
    public boolean ok() {
      return failed == 0 && passed > 0;
    }

    /** {@code N passed, N failed}. */
    public String summary() {
      return passed + " passed, " + failed + " failed";
    }
  }

  private final PrintStream out;

  /** Prints to {@code out}. */
  public StoryRunner(PrintStream out) {
    this.out = out;
  }

  /** Plays all steps. */
  public Result play(List<StoryStep> steps, StoryContext context) throws InterruptedException {
    int passed = 0;
    for (StoryStep step : steps) {
      passed += playStep(step, context) ? 1 : 0;
    }
    return new Result(passed, steps.size() - passed);
  }

  private boolean playStep(StoryStep step, StoryContext context) throws InterruptedException {
    long startNs = System.nanoTime();
    FutureTask<Boolean> task =
        new FutureTask<>(() -> {
          step.action().run(context);
          return true;
        });
    Thread.ofVirtual().name("story-" + step.name()).start(task);
    String reason;
    try {
      task.get(step.deadline().toMillis(), TimeUnit.MILLISECONDS);
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
      out.println("check: " + step.name() + " ok " + tookMs + " ms");
      return true;
    } catch (TimeoutException e) {
      task.cancel(true);
      reason = "not done after " + step.deadline().toMillis() + " ms";
    } catch (ExecutionException e) {
      reason = reason(e.getCause());
    }
    out.println("check: " + step.name() + " FAILED " + step.service() + ": " + reason);
    return false;
  }

  private static String reason(@Nullable Throwable cause) {
    String text =
        cause instanceof StoryFailure ? String.valueOf(cause.getMessage()) : String.valueOf(cause);
    String line = text.replaceAll("\\s*\\R\\s*", " ");
    return line.length() <= MAX_REASON_CHARS ? line : line.substring(0, MAX_REASON_CHARS) + "…";
  }
}
