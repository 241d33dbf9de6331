package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.cdn.OriginFailure.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Queue, second request and circuit breaker, in simulated time. */
class OriginGuardsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final Simulation simulation = new Simulation(1);
  private final Silent silent = new Silent();
  private int keys;

  /** A key that has not been asked for: failures count by key. */
  private String newKey() {
    return "k" + keys++;
  }

  /** An origin whose answers the test gives. */
  private static final class Silent implements Origin {
    private final List<CompletableFuture<OriginAnswer>> calls = new ArrayList<>();

    @Override
    public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
      CompletableFuture<OriginAnswer> call = new CompletableFuture<>();
      calls.add(call);
      return call;
    }

    void fail(int index, Kind kind) {
      calls.get(index).completeExceptionally(new OriginFailure(kind, "test"));
    }

    @Override
    public void close() {}
  }

  private static Kind kindOf(CompletableFuture<OriginAnswer> result) {
    assertThat(result).isCompletedExceptionally();
    return OriginFailure.of(result.exceptionNow()).kind();
  }

  @Test
  void theSecondRequestIsTheLast() {
    Origin origin = new HedgedOrigin(silent, DEADLINE, Duration.ofSeconds(1), simulation);
    CompletableFuture<OriginAnswer> result = origin.get("k", null);
    silent.fail(0, Kind.ERROR);
    assertThat(silent.calls).hasSize(2);
    assertThat(result).isNotDone();
    silent.fail(1, Kind.ERROR);
    assertThat(kindOf(result)).isEqualTo(Kind.ERROR);
    assertThat(silent.calls).hasSize(2);
  }

  @Test
  void theSlowerOfTwoIsGivenUp() {
    Origin origin = new HedgedOrigin(silent, DEADLINE, Duration.ofSeconds(1), simulation);
    CompletableFuture<OriginAnswer> result = origin.get("k", null);
    simulation.pass(Duration.ofSeconds(1));
    simulation.fireNext();
    assertThat(silent.calls).hasSize(2);
    silent.calls.get(1).complete(new OriginAnswer.NotFound());
    assertThat(result).isCompletedWithValue(new OriginAnswer.NotFound());
    assertThat(silent.calls.get(0)).isCancelled();
  }

  @Test
  void secondRequestsAreRationed() {
    Origin origin = new HedgedOrigin(silent, DEADLINE, DEADLINE, simulation);
    int fetches = 100;
    for (int i = 0; i < fetches; i++) {
      CompletableFuture<OriginAnswer> result = origin.get("k", null);
      while (!result.isDone()) {
        silent.fail(silent.calls.size() - 1, Kind.ERROR);
      }
    }
    assertThat(silent.calls.size() - fetches)
        .isBetween(HedgedOrigin.MAX_BUDGET, HedgedOrigin.MAX_BUDGET + fetches / 10);
  }

  /** However long all went well: an origin that fails then does not get twice the load. */
  @Test
  void goodTimesSaveUpNoMoreThanTheBudget() {
    Origin origin = new HedgedOrigin(silent, DEADLINE, DEADLINE, simulation);
    for (int i = 0; i < 1_000; i++) {
      CompletableFuture<OriginAnswer> result = origin.get("k", null);
      silent.calls.getLast().complete(new OriginAnswer.NotFound());
      assertThat(result).isDone();
    }
    int before = silent.calls.size();
    int fetches = 100;
    for (int i = 0; i < fetches; i++) {
      CompletableFuture<OriginAnswer> result = origin.get("k", null);
      while (!result.isDone()) {
        silent.fail(silent.calls.size() - 1, Kind.ERROR);
      }
    }
    assertThat(silent.calls.size() - before - fetches)
        .isLessThanOrEqualTo(HedgedOrigin.MAX_BUDGET + fetches / 10);
  }

  @Test
  void whileOneOfTwoMayAnswerNothingHasFailed() {
    Origin origin = new HedgedOrigin(silent, DEADLINE, Duration.ofSeconds(1), simulation);
    CompletableFuture<OriginAnswer> result = origin.get("k", null);
    simulation.pass(Duration.ofSeconds(1));
    simulation.fireNext();
    assertThat(silent.calls).hasSize(2);
    silent.fail(0, Kind.ERROR);
    assertThat(result).isNotDone();
    silent.calls.get(1).complete(new OriginAnswer.NotFound());
    assertThat(result).isCompletedWithValue(new OriginAnswer.NotFound());
  }

  @Test
  void aRefusalIsAnAnswer() {
    Origin origin = new HedgedOrigin(silent, DEADLINE, Duration.ofSeconds(1), simulation);
    CompletableFuture<OriginAnswer> result = origin.get("k", null);
    silent.fail(0, Kind.REFUSED);
    assertThat(kindOf(result)).isEqualTo(Kind.REFUSED);
    assertThat(silent.calls).hasSize(1);
  }

  @Test
  void aPlaceInTheQueueIsForATimeOnly() {
    BoundedOrigin origin = new BoundedOrigin(silent, 1, DEADLINE, simulation);
    CompletableFuture<OriginAnswer> first = origin.get("a", null);
    List<CompletableFuture<OriginAnswer>> waiting = new ArrayList<>();
    for (int i = 0; i < BoundedOrigin.QUEUE_FACTOR; i++) {
      waiting.add(origin.get("b", null));
    }
    assertThat(kindOf(origin.get("c", null))).isEqualTo(Kind.OVERLOADED);
    assertThat(silent.calls).hasSize(1);
    simulation.fireNext();
    assertThat(waiting.stream().filter(CompletableFuture::isDone)).hasSize(1);
    assertThat(kindOf(waiting.getFirst())).isEqualTo(Kind.WAITED);
    assertThat(Kind.WAITED.status()).isEqualTo(504);
    assertThat(origin.waiting()).isEqualTo(BoundedOrigin.QUEUE_FACTOR - 1);
    silent.calls.getFirst().complete(new OriginAnswer.NotFound());
    assertThat(first).isDone();
    assertThat(silent.calls).hasSize(2);
    assertThat(origin.running()).isEqualTo(1);
  }

  /** An origin whose client has a bug. */
  private static final class Throwing implements Origin {
    @Override
    public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
      throw new IllegalStateException("a bug");
    }

    @Override
    public void close() {}
  }

  @Test
  void aClientThatThrowsKeepsNoPlace() {
    BoundedOrigin bounded = new BoundedOrigin(new Throwing(), 1, DEADLINE, simulation);
    for (int i = 0; i < 3; i++) {
      assertThat(kindOf(bounded.ask("k", null))).isEqualTo(Kind.ERROR);
      assertThat(bounded.running()).isZero();
    }
    HedgedOrigin hedged = new HedgedOrigin(new Throwing(), DEADLINE, DEADLINE, simulation);
    assertThat(kindOf(hedged.ask("k", null))).isEqualTo(Kind.ERROR);
    CircuitBreaker breaker = new CircuitBreaker(new Throwing(), simulation::nowNs);
    for (int i = 0; i < CircuitBreaker.FAILURES; i++) {
      assertThat(kindOf(breaker.ask(newKey(), null))).isEqualTo(Kind.ERROR);
    }
    simulation.pass(CircuitBreaker.FIRST_REST);
    assertThat(kindOf(breaker.ask(newKey(), null))).isEqualTo(Kind.ERROR); // the probe
    simulation.pass(CircuitBreaker.FIRST_REST.multipliedBy(2));
    assertThat(kindOf(breaker.ask(newKey(), null))).isEqualTo(Kind.ERROR); // the next one
  }

  @Test
  void aBodyThatThrowsKeepsNoPlace() {
    BoundedOrigin origin = new BoundedOrigin(silent, 1, DEADLINE, simulation);
    CompletableFuture<OriginAnswer> result = origin.get("k", null);
    ObjectHead head = new ObjectHead(null, null, -1, DEADLINE);
    silent
        .calls
        .getFirst()
        .complete(
            new OriginAnswer.Found(
                head,
                1,
                subscriber -> {
                  throw new IllegalStateException("a bug");
                }));
    OriginAnswer.Found found = (OriginAnswer.Found) result.join();
    assertThat(origin.running()).isEqualTo(1);
    assertThatThrownBy(() -> found.body().subscribe(new BodyDiscard()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(origin.running()).isZero();
  }

  @Test
  void timeoutsOfTheClientAreTimeouts() {
    for (Throwable timeout :
        List.of(
            new java.util.concurrent.TimeoutException("acquire"),
            io.netty.handler.timeout.ReadTimeoutException.INSTANCE,
            new io.netty.channel.ConnectTimeoutException("connect"))) {
      Throwable wrapped = new java.io.IOException(new RuntimeException(timeout));
      assertThat(OriginFailure.of(wrapped).kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(OriginFailure.of(wrapped).kind().status()).isEqualTo(504);
    }
    assertThat(OriginFailure.of(new java.io.IOException("reset")).kind().status()).isEqualTo(502);
  }

  @Test
  void aFailingOriginIsGivenLongerAndLongerRests() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    for (int i = 0; i < CircuitBreaker.FAILURES; i++) {
      assertThat(breaker.isOpen()).isFalse();
      CompletableFuture<OriginAnswer> result = breaker.get(newKey(), null);
      silent.fail(i, i % 2 == 0 ? Kind.ERROR : Kind.TIMEOUT);
      assertThat(result).isCompletedExceptionally();
    }
    assertThat(breaker.isOpen()).isTrue();
    assertThat(kindOf(breaker.get(newKey(), null))).isEqualTo(Kind.UNAVAILABLE);
    simulation.pass(CircuitBreaker.FIRST_REST);
    breaker.get(newKey(), null);
    int probe = silent.calls.size() - 1;
    assertThat(kindOf(breaker.get(newKey(), null))).isEqualTo(Kind.UNAVAILABLE);
    silent.fail(probe, Kind.ERROR);
    simulation.pass(CircuitBreaker.FIRST_REST);
    assertThat(kindOf(breaker.get(newKey(), null))).isEqualTo(Kind.UNAVAILABLE);
    simulation.pass(CircuitBreaker.FIRST_REST);
    breaker.get(newKey(), null);
    assertThat(breaker.openSeconds()).isEqualTo(3);
    silent.fail(silent.calls.size() - 1, Kind.REFUSED);
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.openSeconds()).isZero();
  }

  /** Fetches fail until the origin is given a rest. */
  private void exhaust(CircuitBreaker breaker) {
    while (!breaker.isOpen()) {
      breaker.get(newKey(), null);
      silent.fail(silent.calls.size() - 1, Kind.ERROR);
    }
  }

  @Test
  void noRestIsLongerThanTheLongest() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    exhaust(breaker);
    for (int i = 0; i < 10; i++) {
      simulation.pass(CircuitBreaker.LONGEST_REST);
      int before = silent.calls.size();
      breaker.get(newKey(), null);
      assertThat(silent.calls).as("probe %d", i).hasSize(before + 1);
      silent.fail(before, Kind.TIMEOUT);
    }
    simulation.pass(CircuitBreaker.LONGEST_REST.minusNanos(1));
    assertThat(kindOf(breaker.get(newKey(), null))).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void aKeyThatFailsAgainAndAgainCountsOnce() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    for (int i = 0; i < 10 * CircuitBreaker.FAILURES; i++) {
      breaker.get("bad" + i % (CircuitBreaker.FAILURES - 1), null);
      silent.fail(silent.calls.size() - 1, Kind.ERROR);
    }
    assertThat(breaker.isOpen()).isFalse();
    breaker.get(newKey(), null);
    silent.fail(silent.calls.size() - 1, Kind.ERROR);
    assertThat(breaker.isOpen()).isTrue();
  }

  /** Keys that are known to fail are not what is tried first, nor do they lengthen the rest. */
  @Test
  void keysThatFailedBeforeDoNotDecideWhetherTheOriginIsBack() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    exhaust(breaker);
    simulation.pass(CircuitBreaker.FIRST_REST);
    breaker.get("k0", null);
    assertThat(kindOf(breaker.get("k1", null))).isEqualTo(Kind.UNAVAILABLE);
    silent.fail(silent.calls.size() - 1, Kind.ERROR);
    assertThat(kindOf(breaker.get("k0", null))).isEqualTo(Kind.UNAVAILABLE);
    CompletableFuture<OriginAnswer> probe = breaker.get(newKey(), null);
    silent.calls.getLast().complete(new OriginAnswer.NotFound());
    assertThat(probe).isDone();
    assertThat(breaker.isOpen()).isFalse();
  }

  /** If nobody asks for anything else, one of them shows that the origin is back. */
  @Test
  void aKeyThatFailedBeforeAndSucceedsEndsTheRest() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    exhaust(breaker);
    simulation.pass(CircuitBreaker.FIRST_REST);
    breaker.get("k0", null);
    silent.calls.getLast().complete(new OriginAnswer.NotFound());
    assertThat(breaker.isOpen()).isFalse();
  }

  /** One that found no turn says nothing of the origin: the next one tries. */
  @Test
  void aProbeThatWasNotAnsweredForWantOfATurnIsNone() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    exhaust(breaker);
    simulation.pass(CircuitBreaker.FIRST_REST);
    for (Kind noTurn : List.of(Kind.OVERLOADED, Kind.WAITED)) {
      CompletableFuture<OriginAnswer> probe = breaker.get(newKey(), null);
      silent.fail(silent.calls.size() - 1, noTurn);
      assertThat(kindOf(probe)).isEqualTo(noTurn);
      assertThat(breaker.isOpen()).isTrue();
    }
    breaker.get(newKey(), null);
    silent.calls.getLast().complete(new OriginAnswer.NotFound());
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void onlyFailuresInARowCount() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    for (int turn = 0; turn < 3; turn++) {
      for (int i = 1; i < CircuitBreaker.FAILURES; i++) {
        breaker.get(newKey(), null);
        silent.fail(silent.calls.size() - 1, Kind.ERROR);
      }
      breaker.get(newKey(), null);
      silent.calls.getLast().complete(new OriginAnswer.NotFound());
    }
    assertThat(breaker.isOpen()).isFalse();
  }

  /** A hundred that fail together are one failure of the origin, not a hundred tries in vain. */
  @Test
  void whatWasUnderWayWhenTheRestBeganDoesNotLengthenIt() {
    CircuitBreaker breaker = new CircuitBreaker(silent, simulation::nowNs);
    int underWay = 10 * CircuitBreaker.FAILURES;
    for (int i = 0; i < underWay; i++) {
      breaker.get(newKey(), null);
    }
    for (int i = 0; i < underWay - 1; i++) {
      silent.fail(i, Kind.ERROR);
    }
    simulation.pass(CircuitBreaker.FIRST_REST);
    CompletableFuture<OriginAnswer> probe = breaker.get(newKey(), null);
    assertThat(silent.calls).hasSize(underWay + 1);
    silent.fail(underWay - 1, Kind.TIMEOUT); // nor does it speak for the one that tries
    assertThat(kindOf(breaker.get(newKey(), null))).isEqualTo(Kind.UNAVAILABLE);
    silent.calls.getLast().complete(new OriginAnswer.NotFound());
    assertThat(probe).isDone();
    assertThat(breaker.isOpen()).isFalse();
  }

  /** An origin that first says nothing, and then fails at once. */
  private static final class Failing implements Origin {
    private final CompletableFuture<OriginAnswer> first = new CompletableFuture<>();
    private final int places;
    private int calls;

    Failing(int places) {
      this.places = places;
    }

    @Override
    public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
      calls++;
      return calls <= places
          ? first
          : CompletableFuture.failedFuture(new OriginFailure(Kind.ERROR, "test"));
    }

    @Override
    public void close() {}
  }

  @Test
  void aLongQueueThatFailsAtOnceIsWorkedOff() {
    int places = 2_000;
    int queued = places * BoundedOrigin.QUEUE_FACTOR;
    Failing failing = new Failing(places);
    BoundedOrigin origin = new BoundedOrigin(failing, places, DEADLINE, simulation);
    CompletableFuture<OriginAnswer> first = origin.get("k", null);
    for (int i = 1; i < places; i++) {
      origin.get("k", null);
    }
    List<CompletableFuture<OriginAnswer>> waiting = new ArrayList<>();
    for (int i = 0; i < queued; i++) {
      waiting.add(origin.get("k", null));
    }
    failing.first.complete(new OriginAnswer.NotFound());
    assertThat(first).isDone();
    assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(failing.calls).isEqualTo(queued + places);
    assertThat(origin.running()).isZero();
    assertThat(origin.waiting()).isZero();
  }
}
