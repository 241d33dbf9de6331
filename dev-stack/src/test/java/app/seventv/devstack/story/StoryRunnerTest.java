package app.seventv.devstack.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.Addresses;
import app.seventv.devstack.DevCertificate;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoryRunnerTest {
  @TempDir Path directory;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private StoryContext context;

  @BeforeEach
  void prepare() throws Exception {
    context =
        new StoryContext(
            new Addresses(0), DevCertificate.in(directory, Instant.parse("2026-01-01T00:00:00Z")));
  }

  @AfterEach
  void close() {
    context.close();
  }

  @Test
  void everyStepHasItsLineAndAFailureDoesNotEndTheStory() throws Exception {
    StoryRunner.Result result =
        play(
            StoryStep.of("first", "api", story -> story.put("thing", "made")),
            StoryStep.of("second", "cdn", story -> story.require("other thing")),
            StoryStep.of("third", "cdn", story -> assertThat(story.require("thing")).isNotNull()),
            StoryStep.of(
                "fourth",
                "event-api",
                story -> {
                  throw new IllegalStateException("line one\n  line two");
                }));

    assertThat(result.summary()).isEqualTo("2 passed, 2 failed");
    assertThat(result.ok()).isFalse();
    List<String> lines = bytes.toString(UTF_8).lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).matches("check: first ok \\d+ ms");
    assertThat(lines.get(1))
        .isEqualTo("check: second FAILED cdn: there is no other thing, an earlier step failed");
    assertThat(lines.get(2)).matches("check: third ok \\d+ ms");
    assertThat(lines.get(3))
        .isEqualTo(
            "check: fourth FAILED event-api: java.lang.IllegalStateException: line one line two");
  }

  @Test
  void aStepThatHangsIsInterruptedAtItsDeadline() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);

    StoryRunner.Result result =
        play(
            new StoryStep(
                "hanging",
                "api",
                Duration.ofMillis(50),
                story -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                  }
                }));

    assertThat(result.summary()).isEqualTo("0 passed, 1 failed");
    assertThat(bytes.toString(UTF_8))
        .isEqualTo("check: hanging FAILED api: not done after 50 ms" + System.lineSeparator());
    interrupted.await();
  }

  @Test
  void aStoryWithoutStepsHasNotPassed() throws Exception {
    assertThat(play().ok()).isFalse();
  }

  private StoryRunner.Result play(StoryStep... steps) throws InterruptedException {
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    return new StoryRunner(out).play(List.of(steps), context);
  }
}
