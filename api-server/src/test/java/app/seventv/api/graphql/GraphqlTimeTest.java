package app.seventv.api.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.common.Caller;
import app.seventv.api.common.RateLimiter;
import app.seventv.api.common.RequestContext;
import app.seventv.model.Permissions;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loads in a row end, and whatever never does is given up. */
@Timeout(60)
class GraphqlTimeTest {
  private static final LoaderKey<Integer, Integer> NEXT = new LoaderKey<>("next");
  private static final LoaderKey<Integer, Integer> TWICE = new LoaderKey<>("twice");
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String SDL =
      """
      type Query { row: Int nested: [Query!]! lost: Int stuck: Int late: Query }
      type Mutation { row: Int }
      """;

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger batches = new AtomicInteger();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch freed = new CountDownLatch(1);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  private static RequestContext context() {
    return new RequestContext(
        Caller.anonymous(Permissions.NONE, InetAddress.getLoopbackAddress()),
        new RateLimiter(InstantSource.system(), 1),
        () -> null);
  }

  private GraphqlEngine engine(Duration maxTime) {
    GraphqlSchema schema = new GraphqlSchema();
    schema
        .type("Query", Object.class)
        .fetch("row", GraphqlTimeTest::row)
        .fetch("nested", (root, call) -> List.of(1, 2, 3))
        .fetch("lost", (root, call) -> new CompletableFuture<Integer>())
        .fetch("stuck", (root, call) -> stuck())
        .fetch("late", (root, call) -> call.load(NEXT, 1));
    schema.type("Mutation", Object.class).fetch("row", GraphqlTimeTest::row);
    BatchLoaders loaders =
        new BatchLoaders(executor)
            .add(NEXT, keys -> map(keys, key -> key + 1))
            .add(TWICE, keys -> map(keys, key -> key * 2));
    return new GraphqlEngine(
        schema.build(List.of(SDL)),
        loaders,
        UnaryOperator.identity(),
        document -> false,
        1_000,
        maxTime,
        executor);
  }

  /** ((1 + 1) * 2 + 1) * 2: each load needs the one before. */
  private static Object row(Object root, Call call) {
    return call.loadNullable(NEXT, 1)
        .thenCompose(value -> call.loadNullable(TWICE, value))
        .thenCompose(value -> call.loadNullable(NEXT, value))
        .thenCompose(value -> call.loadMany(TWICE, List.of(value == null ? 0 : value)))
        .thenApply(List::getFirst);
  }

  private Map<Integer, Integer> map(Set<Integer> keys, UnaryOperator<Integer> function) {
    batches.incrementAndGet();
    Map<Integer, Integer> values = new HashMap<>();
    keys.forEach(key -> values.put(key, function.apply(key)));
    return values;
  }

  private int stuck() {
    begun.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      freed.countDown();
    }
    return 1;
  }

  private static GraphqlRequest request(String query) {
    return new GraphqlRequest(query, null, Map.of());
  }

  @Test
  void loadsBehindLoadsAreAnswered() {
    GraphqlEngine engine = engine(LONG);
    for (int i = 0; i < 100; i++) {
      assertThat(engine.execute(request("{row}"), context()).get("data"))
          .isEqualTo(Map.of("row", 10));
      assertThat(engine.execute(request("mutation{a:row b:row}"), context()).get("data"))
          .isEqualTo(Map.of("a", 10, "b", 10));
      assertThat(
              engine.execute(request("{late{row} nested{row late{row}}}"), context()).get("data"))
          .isEqualTo(
              Map.of(
                  "late",
                  Map.of("row", 10),
                  "nested",
                  List.of(
                      Map.of("row", 10, "late", Map.of("row", 10)),
                      Map.of("row", 10, "late", Map.of("row", 10)),
                      Map.of("row", 10, "late", Map.of("row", 10)))));
    }
  }

  /** What siblings ask for still goes out together, also in the second load of a row. */
  @Test
  void loadsBehindLoadsAreBatched() {
    assertThat(engine(LONG).execute(request("{nested{row}}"), context()))
        .doesNotContainKey("errors");
    assertThat(batches).hasValue(4);
  }

  @Test
  void aFieldThatNeverEndsIsGivenUp() throws Exception {
    Map<String, Object> extensions =
        Map.of(
            "code",
            "LOAD_ERROR",
            "status",
            504,
            "fields",
            Map.of(),
            "message",
            "LOAD_ERROR the answer took too long");
    Map<String, Object> error =
        Map.of("message", "LOAD_ERROR the answer took too long", "extensions", extensions);
    GraphqlEngine engine = engine(SHORT);
    for (String query : List.of("{lost}", "{stuck}")) {
      Map<String, ?> answer = engine.execute(request(query), context());
      assertThat(answer.get("data")).isNull();
      assertThat(answer.get("errors")).isEqualTo(List.of(error));
      assertThat(answer.keySet()).containsExactly("data", "errors");
    }
    assertThat(begun.await(0, TimeUnit.SECONDS)).isTrue();
    freed.await();
    executor.shutdown();
    assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).as("threads that wait").isTrue();
  }

  /** The time is that of the whole batch, and its other requests keep their answers. */
  @Test
  void onlyWhatNeverEndsIsLostOfABatch() {
    GraphqlRequest lost = request("{lost}");
    GraphqlRequests requests =
        new GraphqlRequests(List.of(lost, request("{row}"), lost, lost), true);
    long before = System.nanoTime();
    List<?> answers = (List<?>) engine(Duration.ofSeconds(2)).execute(requests, context());
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(6));
    assertThat(answers)
        .extracting(answer -> ((Map<?, ?>) answer).containsKey("errors"))
        .containsExactly(true, false, true, true);
  }
}
