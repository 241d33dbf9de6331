package app.seventv.cdn.disk;

import java.io.IOException;

/** There is no memory for a body now, which is not the disk's fault. */
final class NoMemoryException extends IOException {
  private static final long serialVersionUID = 1L;

  NoMemoryException(int bytes, Throwable cause) {
    super("no memory for a body of " + bytes + " bytes", cause);
  }
}
