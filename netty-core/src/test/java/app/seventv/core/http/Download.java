package app.seventv.core.http;

import java.io.IOException;

/** A request whose response is read bit by bit. */
public interface Download extends AutoCloseable {
  /** Waits until so many bytes of the body have come, and returns as many. */
  byte[] await(int bytes) throws IOException;

  /** Leaves without a word, whether or not the response has ended. */
  @Override
  void close() throws IOException;
}
