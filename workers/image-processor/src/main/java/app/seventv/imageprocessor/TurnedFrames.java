package app.seventv.imageprocessor;

import org.jspecify.annotations.Nullable;

/** Turns what another reader decodes. */
record TurnedFrames(FrameReader stored, Orientation orientation) implements FrameReader {
  @Override
  public @Nullable Frame next() {
    Frame frame = stored.next();
    return frame == null ? null : orientation.turn(frame);
  }

  @Override
  public void close() {
    stored.close();
  }
}
