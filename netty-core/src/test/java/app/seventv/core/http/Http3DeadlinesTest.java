package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One timer looks after all streams, and only while there are some. */
class Http3DeadlinesTest {
  private static final long NO_TASK = -1;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<String> looks = new ArrayList<>();
  private final Http3Deadlines deadlines =
      new Http3Deadlines(
          channel.eventLoop(),
          HttpLimits.builder().headerTimeoutMs(400).build(),
          failure -> looks.add(failure.getMessage()));

  @BeforeEach
  void freezeTime() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private long advance(long ms) {
    channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
    return channel.runScheduledPendingTasks();
  }

  @Test
  void looksFourTimesInTheShortestDeadline() {
    deadlines.watch(_ -> looks.add("a"));
    advance(99);
    assertThat(looks).isEmpty();
    advance(1);
    advance(100);
    assertThat(looks).containsExactly("a", "a");
  }

  @Test
  void oneTimerServesAllStreams() {
    deadlines.watch(_ -> looks.add("a"));
    deadlines.watch(_ -> looks.add("b"));
    assertThat(advance(100)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(looks).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void streamsThatSayNoAreNotAskedAgainAndTheTimerEnds() {
    deadlines.watch(_ -> !looks.add("a"));
    assertThat(advance(100)).isEqualTo(NO_TASK);
    advance(1_000);
    assertThat(looks).containsExactly("a");
  }

  @Test
  void forgottenStreamsAreNotAsked() {
    Http3Deadlines.Watched stream = _ -> looks.add("a");
    deadlines.watch(stream);
    deadlines.forget(stream);
    assertThat(advance(100)).isEqualTo(NO_TASK);
    assertThat(looks).isEmpty();
  }

  @Test
  void watchingAgainStartsTheTimerAgain() {
    deadlines.watch(_ -> !looks.add("a"));
    advance(100);
    deadlines.watch(_ -> looks.add("b"));
    advance(100);
    assertThat(looks).containsExactly("a", "b");
  }

  @Test
  void aStreamMayForgetOthersWhileItIsAsked() {
    Http3Deadlines.Watched other = _ -> looks.add("other");
    deadlines.watch(other);
    deadlines.watch(_ -> {
      deadlines.forget(other);
      return false;
    });
    assertThat(advance(100)).isEqualTo(NO_TASK);
  }

  @Test
  void whatAStreamThrowsIsToldAndTheTimerGoesOn() {
    deadlines.watch(_ -> {
      throw new IllegalStateException("defect");
    });
    advance(100);
    advance(100);
    assertThat(looks).containsExactly("defect", "defect");
  }
}
