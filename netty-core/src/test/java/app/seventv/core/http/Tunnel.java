package app.seventv.core.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** Bytes both ways on behalf of a protocol that HTTP has been left for: websocket, in our tests. */
public interface Tunnel extends AutoCloseable {
  /** Status of the response that opened it, or did not. */
  int status();

  /** Fields of that response, in lower case. */
  Map<String, String> headers();

  /** What the server sends. */
  InputStream in();

  /** What the server gets; each write goes out at once. */
  OutputStream out();

  /** Ends the client's direction. */
  void end() throws IOException;

  /** Leaves without a word. */
  @Override
  void close() throws IOException;
}
