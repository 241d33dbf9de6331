package app.seventv.api.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.api.cache.ResponseCache.Answer;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.web.JsonWriter;
import app.seventv.core.content.Compression;
import app.seventv.core.content.ContentCoding;
import app.seventv.model.Id;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole answers in memory: bounded, made once, freed. */
class ResponseCacheTest {
  private static final int MAX_BYTES = 1 << 20;
  private static final long DEPENDENCY = Dependency.user(new Id(7, 7));

  private final ChangeLog log = new ChangeLog(() -> 0);
  private final AtomicLong nowMs = new AtomicLong(1_800_000_000_000L);
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
  private final ResponseCache cache = cache(MAX_BYTES);
  private final List<Answer> taken = new ArrayList<>();

  @BeforeEach
  void open() {
    log.opened();
  }

  @AfterEach
  void release() {
    cache.close();
    taken.forEach(answer -> answer.body().release());
    assertThat(taken).as("nobody else holds them").allMatch(answer -> answer.body().refCnt() == 0);
  }

  private ResponseCache cache(long maxBytes) {
    Compression compression = Compression.builder(Runnable::run).build();
    CacheLimits limits = new CacheLimits(maxBytes, Duration.ofMinutes(10));
    return new ResponseCache(
        log, clock, compression, compression, compression, Runnable::run, limits);
  }

  private static ResponseCache.Key key(Object subject) {
    return new ResponseCache.Key(subject, ContentCoding.IDENTITY);
  }

  private static Rendered text(String text) {
    DependencySet on = new DependencySet();
    on.add(DEPENDENCY);
    return new Rendered(new JsonWriter(16).value(text), on);
  }

  private Answer get(ResponseCache from, ResponseCache.Key key, Supplier<Rendered> render) {
    Answer answer = from.get(key, render);
    taken.add(answer);
    return answer;
  }

  private static String body(Answer answer) {
    return answer.body().toString(StandardCharsets.UTF_8);
  }

  private @Nullable Answer find(ResponseCache.Key key) {
    Answer answer = cache.find(key);
    if (answer != null) {
      taken.add(answer);
    }
    return answer;
  }

  @Test
  void memoryStaysBelowTheLimitAndIsGivenBack() {
    String large = "x".repeat(10_000);
    for (int i = 0; i < 500; i++) {
      get(cache, key(i), () -> text(large));
      assertThat(cache.weight()).isBetween(1L, (long) MAX_BYTES);
    }
    assertThat(cache.weight()).as("most of it is used").isGreaterThan(MAX_BYTES / 2);
    cache.close();
    assertThat(cache.weight()).isZero();
  }

  /** As a GraphQL document that somebody makes up: small answers, large names. */
  private record LargeSubject(int number) implements ResponseCache.Weighty {
    private static final int BYTES = 4096;

    @Override
    public int weight() {
      return BYTES;
    }
  }

  @Test
  void subjectsCountAsMemory() {
    int fit = MAX_BYTES / LargeSubject.BYTES;
    for (int i = 0; i < 2 * fit; i++) {
      get(cache, key(new LargeSubject(i)), () -> text("small"));
    }
    int kept = 0;
    for (int i = 0; i < 2 * fit; i++) {
      kept += find(key(new LargeSubject(i))) == null ? 0 : 1;
    }
    assertThat(kept).isBetween(1, fit);
  }

  @Test
  void nothingIsKeptForLongerThanTheLimit() {
    get(cache, key("a"), () -> text("old"));
    nowMs.addAndGet(Duration.ofMinutes(10).toMillis() - 1);
    assertThat(find(key("a"))).isNotNull();
    nowMs.incrementAndGet();
    assertThat(find(key("a"))).isNull();
    assertThat(body(get(cache, key("a"), () -> text("new")))).contains("new");
  }

  @Test
  void anAnswerIsMadeOnceUntilSomethingChanges() {
    AtomicInteger made = new AtomicInteger();
    Supplier<Rendered> render = () -> text("v" + made.incrementAndGet());
    Answer first = get(cache, key("a"), render);
    Answer second = get(cache, key("a"), render);
    assertThat(body(second)).isEqualTo(body(first)).isEqualTo("\"v1\"");
    assertThat(second.representation().etag()).isEqualTo(first.representation().etag());
    log.changed(DEPENDENCY);
    assertThat(find(key("a"))).isNull();
    Answer third = get(cache, key("a"), render);
    assertThat(body(third)).isEqualTo("\"v2\"");
    assertThat(third.representation().etag()).isNotEqualTo(first.representation().etag());
  }

  @Test
  void aChangeDuringTheWorkMakesTheAnswerUnfit() {
    get(
        cache,
        key("a"),
        () -> {
          log.changed(DEPENDENCY);
          return text("old");
        });
    assertThat(find(key("a"))).isNull();
  }

  @Test
  void withoutTheFeedEveryAnswerIsMadeAnew() {
    log.closed();
    AtomicInteger made = new AtomicInteger();
    get(cache, key("a"), () -> text("v" + made.incrementAndGet()));
    get(cache, key("a"), () -> text("v" + made.incrementAndGet()));
    assertThat(made).hasValue(2);
    log.opened();
    assertThat(find(key("a"))).isNull();
  }

  @Test
  void aLimitOfNothingKeepsNothing() {
    ResponseCache none = cache(0);
    get(none, key("a"), () -> text("a"));
    assertThat(none.find(key("a"))).isNull();
  }

  @Test
  void whatTimeEndsAtOnceIsNotKept() {
    get(
        cache,
        key("a"),
        () -> {
          Rendered rendered = text("a");
          rendered.dependencies().until(Instant.EPOCH);
          return rendered;
        });
    assertThat(find(key("a"))).isNull();
    assertThat(cache.weight()).isZero();
  }

  @Test
  void codingsHaveTagsOfTheirOwn() {
    String large = "abc".repeat(1000);
    Answer plain = get(cache, key("a"), () -> text(large));
    Answer gzip = get(cache, new ResponseCache.Key("a", ContentCoding.GZIP), () -> text(large));
    assertThat(gzip.body().readableBytes()).isLessThan(plain.body().readableBytes() / 10);
    assertThat(gzip.representation().etag()).isNotEqualTo(plain.representation().etag());
  }

  @Test
  void thoseWhoAskAtTheSameTimeShareOneAnswer() throws Exception {
    AtomicInteger made = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Supplier<Rendered> render =
        () -> {
          begun.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return text("v" + made.incrementAndGet());
        };
    List<CompletableFuture<Answer>> asked = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      asked.add(
          CompletableFuture.supplyAsync(
              () -> cache.get(key("a"), render), task -> Thread.ofVirtual().start(task)));
      begun.await();
    }
    go.countDown();
    for (CompletableFuture<Answer> each : asked) {
      taken.add(each.get());
    }
    assertThat(made).hasValue(1);
    assertThat(cache.misses()).isEqualTo(1);
    assertThat(cache.hits()).isEqualTo(7);
  }

  @Test
  void aFailureIsNobodyElses() {
    assertThatThrownBy(() ->
            cache.get(
                key("a"),
                () -> {
                  throw new IllegalStateException("database");
                }))
        .hasMessage("database");
    assertThat(body(get(cache, key("a"), () -> text("fine")))).isEqualTo("\"fine\"");
  }
}
