package app.seventv.core.sockets;

import static app.seventv.core.sockets.SocketSlots.CLOSING;
import static app.seventv.core.sockets.SocketSlots.POLLING;
import static app.seventv.core.sockets.SocketSlots.READ_OFF;
import static app.seventv.core.sockets.SocketSlots.SENDING;
import static app.seventv.core.sockets.SocketSlots.UNWRITABLE;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;

/**
 * A page of a {@link SocketTable}: some sockets behind one registration with the loop. This is the
 * life of its slots; {@link SocketInput} reads, {@link SocketOutput} sends.
 *
 * <p>A slot is given out again only after every operation on it has ended, so a completion always
 * belongs to the present socket.
 */
final class SocketPage implements IoUringIoHandle {
  /** Sockets of a page. Small, so that little is unused at the end of the last one. */
  static final int SLOTS = 1024;

  private final SocketTable table;
  private final int firstSlot;
  private final SocketSlots slots;
  private final SocketOperations operations = new SocketOperations();
  private final SocketOutput output;
  private final SocketInput input;

  /**
   * @param firstSlot slot of index 0
   * @param nextFree free slot after those of this page
   */
  SocketPage(SocketTable table, int firstSlot, int nextFree) {
    this.table = table;
    this.firstSlot = firstSlot;
    this.slots = new SocketSlots(SLOTS, firstSlot, nextFree);
    this.output = new SocketOutput(table, this, slots, operations);
    this.input = new SocketInput(table, this, slots, output);
  }

  void start(IoRegistration registered) {
    operations.start(registered);
  }

  int firstSlot() {
    return firstSlot;
  }

  // Life of a slot.

  /** Gives the slot to a user; returns the next free slot. */
  int reserve(int index, SocketUser user) {
    return slots.reserve(index, user);
  }

  void end(int index, SocketEnd end, int openedTick) {
    slots.end(index, end, openedTick);
  }

  void secure(int index, TlsSocket secure) {
    slots.secure(index, secure);
  }

  /** Encrypted bytes from the socket that is about to come. */
  void early(int index, ByteBuf sealed) {
    input.early(index, sealed);
  }

  void attach(int index, int descriptor) {
    slots.descriptor(index, descriptor);
    if (isClosing(index)) {
      release(index);
      return;
    }
    poll(index);
    output.flush(index);
    output.endIfDone(index);
  }

  void abandon(int index) {
    slots.set(index, CLOSING);
    release(index);
  }

  private void poll(int index) {
    operations.poll(index, slots.descriptor(index));
    slots.set(index, POLLING);
  }

  /**
   * Closes the socket once its operations, which are cancelled, have ended: the kernel must not
   * read buffers that have been given back, nor tell of a socket that is somebody else's.
   */
  void close(int index) {
    if (isClosing(index)) {
      return;
    }
    slots.set(index, CLOSING);
    if (!slots.isAttached(index)) {
      table.cutOff(firstSlot + index);
      return; // until it comes, or will not come
    }
    if (slots.has(index, POLLING)) {
      operations.cancel(index, SocketOperations.POLL_ADD);
    }
    if (slots.has(index, SENDING)) {
      output.cancel(index);
    }
    if (!slots.has(index, POLLING | SENDING)) {
      table.loop().execute(() -> release(index)); // not within the user's call
    }
  }

  /** Gives the slot back if no operation is left. */
  void release(int index) {
    if (slots.has(index, POLLING | SENDING)) {
      return;
    }
    if (slots.isAttached(index)) {
      table.calls().close(slots.descriptor(index));
    }
    SocketUser user = slots.presentUser(index);
    SocketEnd end = slots.end(index);
    int openedTick = slots.openedTick(index);
    TlsSocket secure = slots.secure(index);
    if (secure != null) {
      table.free(secure);
    }
    output.drop(index);
    slots.free(index, table.nextFree());
    table.released(firstSlot + index);
    try {
      user.closed();
    } finally {
      if (end != null) {
        end.ended(table.ageNs(openedTick));
      }
    }
  }

  // Completions.

  @Override
  public void handle(IoRegistration from, IoEvent ioEvent) {
    IoUringIoEvent event = (IoUringIoEvent) ioEvent;
    int index = (int) event.userData();
    switch (event.opcode()) {
      case SocketOperations.POLL_ADD ->
          polled(index, event.res(), SocketOperations.goesOn(event.flags()));
      case SocketOperations.SEND, SocketOperations.SENDMSG -> output.sent(index, event.res());
      default -> {
        // Of a cancellation: the operation's own completion tells.
      }
    }
  }

  private void polled(int index, int events, boolean more) {
    if (!more) {
      slots.clear(index, POLLING);
    }
    if (isClosing(index)) {
      release(index);
      return;
    }
    if (events < 0) {
      close(index);
      return;
    }
    int gone = SocketOperations.POLLERR | SocketOperations.POLLHUP;
    if (!slots.has(index, READ_OFF)) {
      input.read(index, (events & (gone | SocketOperations.POLLRDHUP)) != 0);
    } else if ((events & gone) != 0) {
      close(index); // gone in both directions: nobody to wait for
    }
    if (slots.user(index) != null && !slots.has(index, POLLING | CLOSING)) {
      poll(index); // the kernel ends a multishot poll when completions do not find room
    }
  }

  // For the users.

  void write(int index, ByteBuf bytes) {
    output.write(index, bytes);
  }

  void flush(int index) {
    output.flush(index);
  }

  void reading(int index, boolean wanted) {
    input.reading(index, wanted);
  }

  void endOutput(int index) {
    output.end(index);
  }

  boolean isClosing(int index) {
    return slots.has(index, CLOSING);
  }

  boolean isWritable(int index) {
    return !slots.has(index, UNWRITABLE);
  }

  long pendingBytes(int index) {
    return output.pendingBytes(index);
  }

  /** The loop ends. */
  @Override
  public void close() {
    for (int index = 0; index < SLOTS; index++) {
      if (slots.user(index) != null) {
        close(index);
      }
    }
    table.closed();
  }
}
