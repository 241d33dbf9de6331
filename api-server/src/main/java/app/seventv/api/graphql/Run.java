package app.seventv.api.graphql;

import app.seventv.api.common.ApiException;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request under way: ends with its answer, or with an error when its time is over. */
final class Run {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);
  private static final int LOGGED_CHARACTERS = 200;

  private final ExecutionInput input;
  private final @Nullable QueryCost cost;
  private final AnswerSize size;
  private final FutureTask<ExecutionResult> task;

  /**
   * @param cost shown in the answer; null for a document that is not valid
   * @param execution of the input; ends when it is interrupted
   */
  Run(
      ExecutionInput input,
      @Nullable QueryCost cost,
      AnswerSize size,
      Callable<ExecutionResult> execution) {
    this.input = input;
    this.cost = cost;
    this.size = size;
    this.task = new FutureTask<>(execution);
  }

  Run start(Executor executor) {
    executor.execute(task);
    return this;
  }

  /**
   * Waits for the answer.
   *
   * @param deadlineNs of {@link System#nanoTime}
   */
  Map<String, @Nullable Object> answer(long deadlineNs) {
    try {
      return answer(task.get(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      giveUp();
      String query = input.getQuery().replaceAll("\\s+", " ");
      LOG.warn(
          "GraphQL request not answered in time: {}",
          query.substring(0, Math.min(LOGGED_CHARACTERS, query.length())));
      return failed(GraphqlErrors.toJson(ApiException.tooLate()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("GraphQL request failed", e.getCause());
    } catch (InterruptedException e) {
      giveUp(); // the server ends
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** No field begins any more, and the one that holds everything up is interrupted. */
  private void giveUp() {
    input.cancel();
    task.cancel(true);
  }

  private Map<String, @Nullable Object> answer(ExecutionResult result) {
    if (size.isExceeded()) {
      return failed(Map.of("message", "The answer is too large."));
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("data", result.getData());
    if (cost != null) {
      answer.put("extensions", Map.of("analyzer", analyzer(cost)));
    }
    if (!result.getErrors().isEmpty()) {
      answer.put("errors", result.getErrors().stream().map(GraphqlErrors::toJson).toList());
    }
    return answer;
  }

  private static Map<String, @Nullable Object> failed(Map<String, ?> error) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("data", null);
    answer.put("errors", List.of(error));
    return answer;
  }

  private static Map<String, Integer> analyzer(QueryCost cost) {
    Map<String, Integer> analyzer = new LinkedHashMap<>();
    analyzer.put("complexity", cost.complexity());
    analyzer.put("depth", cost.depth());
    return analyzer;
  }
}
