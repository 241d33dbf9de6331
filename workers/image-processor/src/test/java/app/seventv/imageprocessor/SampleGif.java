package app.seventv.imageprocessor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * An animated GIF made in code: a soft disc that wanders over a transparent ground, every frame
 * different and of its own length.
 */
final class SampleGif {
  static final int FRAMES = 24;

  private SampleGif() {}

  /** 30, 50, 70 and 90 ms in turn. */
  static List<Integer> durationsMs() {
    return IntStream.range(0, FRAMES).mapToObj(i -> 30 + i % 4 * 20).toList();
  }

  static Frame frame(int width, int height, int index) {
    Frame frame = Frame.transparent(width, height);
    double centreX = width * (0.3 + 0.4 * index / FRAMES);
    double centreY = height * (0.5 + 0.2 * Math.sin(index));
    double radius = Math.min(width, height) * 0.3;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double distance = Math.hypot(x - centreX, y - centreY);
        if (distance < radius) {
          int red = 255 * x / width;
          int green = 255 * y / height;
          int blue = (int) (255 * distance / radius);
          frame.argb()[y * width + x] = 0xff000000 | red << 16 | green << 8 | blue;
        }
      }
    }
    return frame;
  }

  static byte[] bytes(int width, int height) {
    GifEncoder encoder = new GifEncoder(width, height, -1);
    for (int i = 0; i < FRAMES; i++) {
      encoder.add(frame(width, height, i), durationsMs().get(i));
    }
    return encoder.finish();
  }
}
