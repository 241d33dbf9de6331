package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.jspecify.annotations.Nullable;

/** Compares a frame with RGBA bytes of another decoder. */
final class RawPixels {
  private RawPixels() {}

  static void assertEqual(@Nullable Frame frame, byte[] rgba) {
    assertThat(frame).isNotNull();
    if (frame == null) {
      return;
    }
    assertThat(rgba).hasSize(frame.argb().length * 4);
    for (int i = 0; i < rgba.length; i++) {
      int actual = Integer.rotateLeft(frame.argb()[i / 4], 8) >>> (24 - i % 4 * 8) & 0xff;
      // Decoders differ in how they round 16 bits to 8.
      assertThat(actual).isCloseTo(rgba[i] & 0xff, within(1));
    }
  }
}
