package app.seventv.events;

import java.util.function.Consumer;

/**
 * Tells all sessions of a loop something, so many at each tick. Sessions that come while it goes on
 * are told too, and after its end at once if it stays.
 */
final class Sweep {
  private final Consumer<Session> action;
  private final boolean stays;
  private int ticksLeft;
  private int cursor;

  /**
   * A sweep.
   *
   * @param ticks it takes
   * @param stays whether it goes on for ever with those who come later
   */
  Sweep(int ticks, boolean stays, Consumer<Session> action) {
    this.ticksLeft = Math.max(1, ticks);
    this.stays = stays;
    this.action = action;
  }

  /**
   * One tick.
   *
   * @return whether there is more to do
   */
  boolean tick(SessionTable sessions) {
    int usedSlots = sessions.used();
    int share = Math.ceilDiv(usedSlots - cursor, ticksLeft);
    for (int i = 0; i < share && cursor < usedSlots; cursor++) {
      Session session = sessions.get(cursor);
      if (session != null) {
        action.accept(session);
        i++;
      }
    }
    ticksLeft--;
    if (ticksLeft > 0) {
      return true;
    }
    ticksLeft = 1;
    cursor = 0;
    return stays;
  }
}
