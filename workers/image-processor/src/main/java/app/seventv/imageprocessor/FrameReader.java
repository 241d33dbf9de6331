package app.seventv.imageprocessor;

import org.jspecify.annotations.Nullable;

/** Decodes one file's frames in order, each a full canvas. */
interface FrameReader extends AutoCloseable {
  /**
   * The next frame, or null after the last one. The frame belongs to the reader and is valid until
   * the next call.
   *
   * @throws JobFailure with code Decode if the file is broken
   */
  @Nullable Frame next();

  @Override
  void close();
}
