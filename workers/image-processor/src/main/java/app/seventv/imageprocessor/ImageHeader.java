package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Limits;
import java.util.List;

/**
 * What a file says about itself, read without decoding a pixel (image-processor.md §6.2).
 *
 * @param width canvas width in pixels
 * @param height canvas height in pixels
 * @param loopCount -1 = infinite, else the number of repetitions
 * @param frameDurationsMs one entry per frame; a still picture has one frame of 0 ms
 */
record ImageHeader(int width, int height, int loopCount, List<Integer> frameDurationsMs) {
  /** Holds for every job, whatever its own limits say. One frame of this many pixels is 256 MiB. */
  static final long MAX_FRAME_PIXELS = 64L * 1024 * 1024;

  /** Holds for every job: an hour at 30 frames a second is more than any emote needs. */
  static final int MAX_FRAMES = 100_000;

  static final int INFINITE_LOOP = -1;

  ImageHeader {
    frameDurationsMs = List.copyOf(frameDurationsMs);
  }

  static ImageHeader still(int width, int height) {
    return new ImageHeader(width, height, INFINITE_LOOP, List.of(0));
  }

  /** The same without the frames behind the first ones; a single frame is a still. */
  ImageHeader firstFrames(int count) {
    return count == 1
        ? still(width, height)
        : new ImageHeader(width, height, loopCount, frameDurationsMs.subList(0, count));
  }

  int frameCount() {
    return frameDurationsMs.size();
  }

  long durationMs() {
    return frameDurationsMs.stream().mapToLong(Integer::longValue).sum();
  }

  /** Fails with the texts of image-processor.md §6.3; call it before any pixel is decoded. */
  void check(Limits limits) {
    if (width <= 0 || height <= 0) {
      throw JobFailure.decode("empty picture");
    }
    if (limits.hasMaxInputWidth() && width > Integer.toUnsignedLong(limits.getMaxInputWidth())) {
      throw JobFailure.decode("exceeded maximum input width: " + width);
    }
    if (limits.hasMaxInputHeight() && height > Integer.toUnsignedLong(limits.getMaxInputHeight())) {
      throw JobFailure.decode("exceeded maximum input height: " + height);
    }
    if ((long) width * height > MAX_FRAME_PIXELS) {
      throw JobFailure.decode("exceeded maximum input pixels: " + (long) width * height);
    }
    boolean tooManyFrames =
        limits.hasMaxInputFrameCount()
            && frameCount() > Integer.toUnsignedLong(limits.getMaxInputFrameCount());
    if (tooManyFrames || frameCount() > MAX_FRAMES) {
      throw JobFailure.decode("exceeded maximum input frame count: " + frameCount());
    }
    if (limits.hasMaxInputDurationMs()
        && durationMs() > Integer.toUnsignedLong(limits.getMaxInputDurationMs())) {
      throw JobFailure.decode("exceeded maximum input duration: " + durationMs());
    }
  }
}
