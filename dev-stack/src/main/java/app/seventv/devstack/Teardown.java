package app.seventv.devstack;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed at the end, in reverse order of opening. The end may come from another
 * thread at any time, also while things are still being opened: what is added afterwards is closed
 * at once and its opener told to stop.
 */
final class Teardown implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);

  /** Tells an opener that everything is being closed. */
  static final class ClosingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClosingException() {
      super("closing");
    }
  }

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean closing;

  /** Takes over closing {@code resource}. */
  <T extends AutoCloseable> T add(T resource) {
    synchronized (open) {
      if (!closing) {
        open.push(resource);
        return resource;
      }
    }
    closeQuietly(resource);
    throw new ClosingException();
  }

  /** Closes all; a second call waits for nothing and does nothing. */
  @Override
  public void close() {
    while (true) {
      AutoCloseable next;
      synchronized (open) {
        closing = true;
        next = open.poll();
      }
      if (next == null) {
        return;
      }
      closeQuietly(next);
    }
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.warn("{} did not close", resource.getClass().getSimpleName(), e);
    }
  }
}
