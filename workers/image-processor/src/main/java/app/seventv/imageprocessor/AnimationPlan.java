package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.AnimationConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which input frames go into animated outputs and for how long (image-processor.md §8).
 *
 * @param durationsMs one per input frame; 0 = left out
 * @param loopCount -1 = infinite
 */
record AnimationPlan(List<Integer> durationsMs, int loopCount) {
  static AnimationPlan of(AnimationConfig config, ImageHeader header) {
    List<Integer> durationsMs = new ArrayList<>(durations(config, header));
    Set<Integer> removed = new HashSet<>(config.getRemoveFrameIdxsList());
    for (int i = 0; i < durationsMs.size(); i++) {
      if (removed.contains(i)) {
        durationsMs.set(i, 0);
      }
    }
    if (durationsMs.stream().allMatch(ms -> ms == 0) && header.frameCount() > 1) {
      throw JobFailure.invalidInput("no frames left");
    }
    int loopCount =
        config.hasLoopCount() ? Math.max(-1, config.getLoopCount()) : header.loopCount();
    return new AnimationPlan(List.copyOf(durationsMs), loopCount);
  }

  /** How many of the input's first frames an animated output shows. */
  int framesAmong(int inputFrames) {
    return (int) durationsMs.stream().limit(inputFrames).filter(ms -> ms > 0).count();
  }

  private static List<Integer> durations(AnimationConfig config, ImageHeader header) {
    List<Integer> input = header.frameDurationsMs();
    return switch (config.getFrameRateCase()) {
      case FRAME_DURATION_MS -> input.stream().map(ms -> config.getFrameDurationMs()).toList();
      case FRAME_DURATIONS_MS -> {
        List<Integer> asked = config.getFrameDurationsMs().getValuesList();
        if (asked.size() != input.size()) {
          throw JobFailure.invalidInput(
              "task.output.animation_config.frame_durations_ms: %d durations for %d frames"
                  .formatted(asked.size(), input.size()));
        }
        yield asked;
      }
      case FRAME_RATE_FACTOR -> scaled(input, config.getFrameRateFactor());
      case FRAMERATE_NOT_SET -> input;
    };
  }

  /** The rounding remainder goes to the next frame; a frame rounded to 0 is dropped. */
  private static List<Integer> scaled(List<Integer> input, double factor) {
    List<Integer> result = new ArrayList<>();
    double remainder = 0;
    for (int ms : input) {
      double exact = ms / factor + remainder;
      int rounded = (int) Math.max(0, Math.round(exact));
      remainder = exact - rounded;
      result.add(rounded);
    }
    return result;
  }
}
