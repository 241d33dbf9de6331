package app.seventv.core.sockets;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the sockets of a page, by the index of their slot. See {@link SocketTable} for
 * what a slot costs.
 */
final class SocketSlots {
  /** The poll has not ended. */
  static final int POLLING = 1;

  /** A send has not ended. */
  static final int SENDING = 2;

  /** The user wants no bytes. */
  static final int READ_OFF = 4;

  /** More than the high watermark waits. */
  static final int UNWRITABLE = 8;

  /** The own direction ends after what is queued. */
  static final int ENDING = 16;

  /** The own direction has ended. */
  static final int OUTPUT_ENDED = 32;

  /** The client's direction has ended. */
  static final int INPUT_ENDED = 64;

  /** The socket will be closed when its operations have ended; its user hears no more of it. */
  static final int CLOSING = 128;

  private final int[] descriptors;
  private final @Nullable SocketUser[] users;
  private final @Nullable Object[] waiting;
  private final @Nullable SocketEnd[] ends;
  private final int[] openedTicks;
  private final byte[] states;

  /** TLS of the sockets that have it; there is no array until one has. */
  private @Nullable TlsSocket @Nullable [] secured;

  /**
   * Free slots.
   *
   * @param firstSlot of the table, at index 0
   * @param nextFree free slot of the table after these
   */
  SocketSlots(int count, int firstSlot, int nextFree) {
    descriptors = new int[count];
    users = new SocketUser[count];
    waiting = new Object[count];
    ends = new SocketEnd[count];
    openedTicks = new int[count];
    states = new byte[count];
    for (int i = 0; i < count; i++) {
      descriptors[i] = i + 1 < count ? firstSlot + i + 1 : nextFree;
    }
  }

  int count() {
    return states.length;
  }

  /** Gives the slot to a user; returns the next free slot of the table. */
  int reserve(int index, SocketUser user) {
    int next = descriptors[index];
    descriptors[index] = SocketTable.NONE;
    users[index] = user;
    return next;
  }

  /** Makes the slot the first free one of the table. */
  void free(int index, int nextFree) {
    users[index] = null;
    ends[index] = null;
    states[index] = 0;
    if (secured != null) {
      secured[index] = null;
    }
    descriptors[index] = nextFree;
  }

  /** Of the socket, or {@link SocketTable#NONE} before it has come. */
  int descriptor(int index) {
    return descriptors[index];
  }

  void descriptor(int index, int descriptor) {
    descriptors[index] = descriptor;
  }

  /** Whether the socket has come. */
  boolean isAttached(int index) {
    return descriptors[index] != SocketTable.NONE;
  }

  /** Whose the slot is, or null if it is free. */
  @Nullable SocketUser user(int index) {
    return users[index];
  }

  SocketUser presentUser(int index) {
    return Objects.requireNonNull(users[index]);
  }

  /** Whether the slot is still the same user's. */
  @SuppressWarnings("ReferenceEquality") // another one that is equal is another one
  boolean belongsTo(int index, @Nullable SocketUser user) {
    return users[index] == user;
  }

  /** What waits for the client: mostly nothing or one buffer, else a {@link SendQueue}. */
  @Nullable Object waiting(int index) {
    return waiting[index];
  }

  void waiting(int index, @Nullable Object buffers) {
    waiting[index] = buffers;
  }

  @Nullable TlsSocket secure(int index) {
    return secured == null ? null : secured[index];
  }

  void secure(int index, TlsSocket secure) {
    if (secured == null) {
      secured = new TlsSocket[states.length];
    }
    secured[index] = secure;
  }

  @Nullable SocketEnd end(int index) {
    return ends[index];
  }

  int openedTick(int index) {
    return openedTicks[index];
  }

  void end(int index, SocketEnd end, int openedTick) {
    ends[index] = end;
    openedTicks[index] = openedTick;
  }

  boolean has(int index, int state) {
    return (states[index] & state) != 0;
  }

  void set(int index, int state) {
    states[index] |= (byte) state;
  }

  void clear(int index, int state) {
    states[index] &= (byte) ~state;
  }
}
