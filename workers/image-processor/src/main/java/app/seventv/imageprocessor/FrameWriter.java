package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Resizes each input frame to every size and puts it into the job's folder, so that memory holds
 * one input frame and its resized copies however long the animation is.
 */
final class FrameWriter {
  /** One size's way from its source: the input, or the picture drawn for the size before. */
  private record Step(OutputSize output, Resizer resizer, boolean chained) {}

  private final Path workDir;
  private final List<Step> steps = new ArrayList<>();

  /** {@code input} is the size after cropping. */
  FrameWriter(Output output, Size input, List<OutputSize> sizes, Path workDir) {
    this.workDir = workDir;
    Size previous = input;
    boolean previousUpscaled = true;
    // The last size comes first: for ascending scales each next one shrinks the one before.
    for (OutputSize size : sizes.reversed()) {
      boolean chained = !output.getDisableResizeChaining() && !previousUpscaled;
      Size source = chained ? previous : input;
      Resizer resizer =
          new Resizer(
              (int) source.width(),
              (int) source.height(),
              (int) size.drawn().width(),
              (int) size.drawn().height(),
              output.getResizeAlgorithm());
      steps.add(new Step(size, resizer, chained));
      previous = size.drawn();
      previousUpscaled = input.compareTo(size.drawn()) < 0;
    }
  }

  static String animationFile(OutputSize size, int frameIndex) {
    return "a%d_%05d.png".formatted(size.index(), frameIndex);
  }

  static String stillFile(OutputSize size) {
    return "s%d.png".formatted(size.index());
  }

  void write(Frame input, int frameIndex, boolean animated, boolean still) throws IOException {
    @Nullable Frame previous = null;
    for (Step step : steps) {
      OutputSize size = step.output;
      Frame drawn = step.resizer.resize(step.chained && previous != null ? previous : input);
      previous = drawn;
      Frame placed =
          size.size().equals(size.drawn())
              ? drawn
              : drawn.placeOn(
                  (int) size.size().width(), (int) size.size().height(), size.x(), size.y());
      if (still) {
        Files.write(workDir.resolve(stillFile(size)), PngEncoder.encodeSmall(placed));
      }
      if (animated) {
        Files.write(
            workDir.resolve(animationFile(size, frameIndex)), PngEncoder.encodeFast(placed));
      }
    }
  }
}
