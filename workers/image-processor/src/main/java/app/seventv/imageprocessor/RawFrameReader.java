package app.seventv.imageprocessor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the RGBA frames that a confined decoder writes to its standard output. */
final class RawFrameReader implements FrameReader {
  private final Tools.Child child;
  private final Frame frame;
  private final byte[] bytes;
  private final int maxFrames;
  private int framesRead;

  /** {@code maxFrames} bounds what is read, whatever the child goes on to write. */
  RawFrameReader(Tools.Child child, int width, int height, int maxFrames) {
    this.child = child;
    this.frame = Frame.transparent(width, height);
    this.bytes = new byte[width * height * 4];
    this.maxFrames = maxFrames;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A file that breaks after its first frame ends there, as today (image-processor.md §8.1).
   */
  @Override
  public @Nullable Frame next() {
    if (framesRead == maxFrames) {
      return null;
    }
    int count;
    try {
      InputStream in = child.output();
      count = in.readNBytes(bytes, 0, bytes.length);
    } catch (IOException e) {
      count = 0;
    }
    if (count < bytes.length) {
      if (framesRead > 0) {
        return null;
      }
      throw failure();
    }
    framesRead++;
    IntBuffer rgba = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN).asIntBuffer();
    int[] argb = frame.argb();
    rgba.get(argb);
    for (int i = 0; i < argb.length; i++) {
      argb[i] = Integer.rotateRight(argb[i], 8);
    }
    return frame;
  }

  private JobFailure failure() {
    try {
      child.await();
      return JobFailure.encode("no frames added");
    } catch (Tools.ToolFailure e) {
      return JobFailure.decode(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    child.close();
  }
}
