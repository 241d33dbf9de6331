package app.seventv.cdn;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Time and threads of a seeded run: whatever could happen next is in a queue, and the random source
 * picks. Actions of one queue keep their order, as those of a thread do.
 */
final class Simulation implements Timers {
  private final Random random;
  private final List<ArrayDeque<Runnable>> queues = new ArrayList<>();
  private final List<Alarm> alarms = new ArrayList<>();
  private long nowNs = 1;

  Simulation(long seed) {
    this.random = new Random(seed);
  }

  private static final class Alarm {
    private final long atNs;
    private final Runnable action;

    Alarm(long atNs, Runnable action) {
      this.atNs = atNs;
      this.action = action;
    }
  }

  Random random() {
    return random;
  }

  long nowNs() {
    return nowNs;
  }

  /** A new queue, e.g. a thread. */
  ArrayDeque<Runnable> thread() {
    ArrayDeque<Runnable> queue = new ArrayDeque<>();
    queues.add(queue);
    return queue;
  }

  /** Something that happens at any time from now on. */
  void sometime(Runnable action) {
    thread().add(action);
  }

  @Override
  public Pending after(Duration delay, Runnable action) {
    Alarm alarm = new Alarm(nowNs + delay.toNanos(), action);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  /** Runs until nothing is left to happen, or the limit is reached. */
  void run(int maxSteps) {
    for (int step = 0; step < maxSteps; step++) {
      queues.removeIf(ArrayDeque::isEmpty);
      boolean sleep = queues.isEmpty() || random.nextInt(40) == 0;
      if (sleep && !alarms.isEmpty()) {
        fireEarliest();
      } else if (queues.isEmpty()) {
        return;
      } else {
        ArrayDeque<Runnable> queue = queues.get(random.nextInt(queues.size()));
        Runnable next = queue.poll();
        if (next != null) {
          next.run();
        }
      }
    }
    throw new IllegalStateException("still running after " + maxSteps + " steps");
  }

  private void fireEarliest() {
    Alarm earliest = alarms.getFirst();
    for (Alarm alarm : alarms) {
      if (alarm.atNs < earliest.atNs) {
        earliest = alarm;
      }
    }
    alarms.remove(earliest);
    nowNs = Math.max(nowNs, earliest.atNs);
    earliest.action.run();
  }

  /** Lets time pass. */
  void pass(Duration time) {
    nowNs += time.toNanos();
  }
}
