package app.seventv.devstack.story;

import java.time.Duration;

/**
 * One checked step of the story.
 *
 * @param name what is checked, as printed
 * @param service who is to blame when it fails
 * @param deadline after this time it counts as failed
 * @param action does the step; returning normally means that it passed
 */
public record StoryStep(String name, String service, Duration deadline, Action action) {
  /** What a step does; it may block, and must end when interrupted. */
  @FunctionalInterface
  public interface Action {
    /** Does the step with what earlier steps have left in {@code story}. */
    void run(StoryContext story) throws Exception;
  }

  /** A step with the usual deadline of 30 s. */
  public static StoryStep of(String name, String service, Action action) {
    return new StoryStep(name, service, Duration.ofSeconds(30), action);
  }
}
