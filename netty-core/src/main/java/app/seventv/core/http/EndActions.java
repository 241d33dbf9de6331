package app.seventv.core.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What handlers and wrappers asked to be done when an exchange has ended. On the loop. */
final class EndActions {
  private static final Logger LOG = LoggerFactory.getLogger(EndActions.class);

  private @Nullable List<Runnable> actions; // most exchanges have none

  void add(Runnable action) {
    if (actions == null) {
      actions = new ArrayList<>(2);
    }
    actions.add(action);
  }

  /** Hands the actions over, so that the exchange need not stay in memory for them. */
  List<Runnable> take() {
    List<Runnable> taken = actions == null ? List.of() : actions;
    actions = null;
    return taken;
  }

  /** One that fails must not keep the others, or the connection, from what they do at the end. */
  static void run(List<Runnable> actions) {
    for (Runnable action : actions) {
      try {
        action.run();
      } catch (Throwable e) {
        LOG.error("action at the end of an exchange failed", e);
      }
    }
  }
}
