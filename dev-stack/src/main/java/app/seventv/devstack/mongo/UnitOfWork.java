package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What one command, or all commands of one transaction, did so far: how to undo it, newest first,
 * and the change events to publish when it stays.
 */
final class UnitOfWork {

  private final Deque<Runnable> undo = new ArrayDeque<>();
  private final List<Document> events = new ArrayList<>();

  /** Notes a change that has happened. */
  void changed(Runnable undoIt, Document event) {
    undo.push(undoIt);
    events.add(event);
  }

  /** The events in order of the changes. */
  List<Document> events() {
    return events;
  }

  void rollBack() {
    events.clear();
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
  }
}
