package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Task;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/** Builds the events of a task and publishes them where the task wants them. */
final class Events implements AutoCloseable {
  private final Map<String, EventQueue> queues = new TreeMap<>();
  private final Clock clock;

  /** Takes over the queues; their names must differ. */
  Events(List<EventQueue> queues, Clock clock) {
    this.clock = clock;
    for (EventQueue queue : queues) {
      if (this.queues.put(queue.name(), queue) != null) {
        throw new IllegalArgumentException("two event queues are named " + queue.name());
      }
    }
  }

  boolean exists(String name) {
    return queues.containsKey(name);
  }

  /** An event of the task without its kind. */
  EventCallback.Builder event(ObjectId id, Task task) {
    return EventCallback.newBuilder()
        .setId(id.toHexString())
        .setTimestamp(clock.instant().getEpochSecond())
        .putAllMetadata(task.getEvents().getMetadataMap());
  }

  /**
   * Publishes to the queue the task names for this kind of event; does nothing if it names none.
   *
   * @throws IOException if the event was not confirmed
   */
  void publish(Task task, EventCallback event) throws IOException {
    app.seventv.model.imageprocessor.@Nullable EventQueue target = target(task.getEvents(), event);
    if (target == null) {
      return;
    }
    EventQueue queue = queues.get(target.getName());
    if (queue == null) {
      throw new IOException("event queue '" + target.getName() + "' does not exist");
    }
    queue.publish(target.getTopic(), event, event.getId() + "-" + event.getEventCase());
  }

  private static app.seventv.model.imageprocessor.@Nullable EventQueue target(
      app.seventv.model.imageprocessor.Events events, EventCallback event) {
    return switch (event.getEventCase()) {
      case START -> events.hasOnStart() ? events.getOnStart() : null;
      case SUCCESS -> events.hasOnSuccess() ? events.getOnSuccess() : null;
      case FAIL -> events.hasOnFailure() ? events.getOnFailure() : null;
      case CANCEL -> events.hasOnCancel() ? events.getOnCancel() : null;
      case EVENT_NOT_SET -> null;
    };
  }

  /** Throws unless every queue is usable. */
  void check() throws IOException {
    for (EventQueue queue : queues.values()) {
      queue.check();
    }
  }

  @Override
  public void close() {
    queues.values().forEach(EventQueue::close);
  }
}
