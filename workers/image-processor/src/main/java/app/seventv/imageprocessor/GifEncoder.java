package app.seventv.imageprocessor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes an animated GIF: a palette of its own for each frame, only the rectangle that changed,
 * equal neighbours merged (image-processor.md §8 and §13.3). Transparency is on or off, decided by
 * an ordered dither of alpha.
 */
final class GifEncoder {
  private static final int MAX_COLOURS = 255;
  private static final int MIN_DELAY_CS = 2;
  private static final int MAX_DELAY_CS = 30_000;
  private static final int KEEP = 1;
  private static final int CLEAR = 2;

  /** Thresholds of the alpha dither, in 1/32 of full alpha. */
  private static final int[] BAYER = {1, 17, 5, 21, 25, 9, 29, 13, 7, 23, 3, 19, 31, 15, 27, 11};

  private final int width;
  private final int height;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(64 * 1024);

  /** What a viewer shows before the pending frame is drawn, in unreduced colours. */
  private final int[] shown;

  private int @Nullable [] pending;
  private long pendingMs;

  /** Milliseconds that rounding to hundredths of a second has left over. */
  private long remainderMs;

  /** {@code loopCount} is -1 for infinite. */
  GifEncoder(int width, int height, int loopCount) {
    this.width = width;
    this.height = height;
    this.shown = new int[width * height];
    out.writeBytes("GIF89a".getBytes(StandardCharsets.US_ASCII));
    u16(width);
    u16(height);
    out.write(0x70);
    out.write(0);
    out.write(0);
    if (loopCount != 0) {
      out.write(0x21);
      out.write(0xff);
      out.write(11);
      out.writeBytes("NETSCAPE2.0".getBytes(StandardCharsets.US_ASCII));
      out.write(3);
      out.write(1);
      u16(Math.max(0, Math.min(loopCount, 65_535)));
      out.write(0);
    }
  }

  private void u16(int value) {
    out.write(value);
    out.write(value >> 8);
  }

  void add(Frame frame, int durationMs) {
    int[] next = binaryAlpha(frame);
    int[] current = pending;
    if (current == null) {
      pending = next;
    } else if (Arrays.equals(current, next)) {
      pendingMs += durationMs;
      return;
    } else {
      emit(current, next);
      pending = next;
    }
    pendingMs = durationMs;
  }

  byte[] finish() {
    int[] current = pending;
    if (current == null) {
      throw JobFailure.encode("gif: no frames added");
    }
    emit(current, null);
    out.write(0x3b);
    return out.toByteArray();
  }

  private int[] binaryAlpha(Frame frame) {
    int[] result = frame.argb().clone();
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        boolean opaque = (result[i] >>> 24) * 32 >= BAYER[(y & 3) * 4 + (x & 3)] * 255;
        result[i] = opaque ? result[i] | 0xff000000 : 0;
      }
    }
    return result;
  }

  /** Writes {@code current}, disposing of it so that {@code next} can be drawn over it. */
  private void emit(int[] current, int @Nullable [] next) {
    Rectangle area = new Rectangle();
    boolean clears = false;
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        boolean vanishes = next != null && current[i] != 0 && next[i] == 0;
        clears |= vanishes;
        if (vanishes || current[i] != shown[i]) {
          area.include(x, y);
        }
      }
    }
    area.includeAtLeastOnePixel();
    int[] changed = area.cut(current, shown, width);
    writeFrame(area, changed, clears ? CLEAR : KEEP);
    System.arraycopy(current, 0, shown, 0, shown.length);
    if (clears) {
      area.clear(shown, width);
    }
  }

  private void writeFrame(Rectangle area, int[] changed, int disposal) {
    Palette palette = Palette.of(changed, MAX_COLOURS);
    int depth = Math.max(2, 32 - Integer.numberOfLeadingZeros(palette.size()));
    int transparent = palette.size();
    out.write(0x21);
    out.write(0xf9);
    out.write(4);
    out.write(disposal << 2 | 1);
    u16(delayCs());
    out.write(transparent);
    out.write(0);
    out.write(0x2c);
    u16(area.left);
    u16(area.top);
    u16(area.width());
    u16(area.height());
    out.write(0x80 | depth - 1);
    for (int i = 0; i < 1 << depth; i++) {
      int colour = i < palette.size() ? palette.colour(i) : 0;
      out.write(colour >> 16);
      out.write(colour >> 8);
      out.write(colour);
    }
    byte[] indexes = new Dither(palette, area.width()).apply(changed, transparent);
    new LzwEncoder(out).encode(indexes, depth);
  }

  private int delayCs() {
    long exactMs = pendingMs + remainderMs;
    int delayCs = (int) Math.max(MIN_DELAY_CS, Math.min(MAX_DELAY_CS, (exactMs + 5) / 10));
    // A clamped delay is not made up for later: it would shift the whole animation.
    long leftMs = exactMs - delayCs * 10L;
    remainderMs = Math.abs(leftMs) <= 5 ? leftMs : 0;
    return delayCs;
  }

  /** Bounds of the pixels that a frame has to draw or clear. */
  private static final class Rectangle {
    int left = Integer.MAX_VALUE;
    int top = Integer.MAX_VALUE;
    int right = -1;
    int bottom = -1;

    void include(int x, int y) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }

    void includeAtLeastOnePixel() {
      if (right < 0) {
        include(0, 0);
      }
    }

    int width() {
      return right - left + 1;
    }

    int height() {
      return bottom - top + 1;
    }

    /** The pixels inside; those that {@code shown} has already become transparent. */
    int[] cut(int[] current, int[] shown, int stride) {
      int[] result = new int[width() * height()];
      for (int y = top, at = 0; y <= bottom; y++) {
        for (int i = y * stride + left; i <= y * stride + right; i++) {
          result[at++] = current[i] == shown[i] ? 0 : current[i];
        }
      }
      return result;
    }

    void clear(int[] pixels, int stride) {
      for (int y = top; y <= bottom; y++) {
        Arrays.fill(pixels, y * stride + left, y * stride + right + 1, 0);
      }
    }
  }
}
