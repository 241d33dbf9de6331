package app.seventv.core.sockets;

import static app.seventv.core.sockets.SocketSlots.CLOSING;
import static app.seventv.core.sockets.SocketSlots.ENDING;
import static app.seventv.core.sockets.SocketSlots.INPUT_ENDED;
import static app.seventv.core.sockets.SocketSlots.OUTPUT_ENDED;
import static app.seventv.core.sockets.SocketSlots.SENDING;
import static app.seventv.core.sockets.SocketSlots.UNWRITABLE;

import io.netty.buffer.ByteBuf;
import java.util.Objects;

/**
 * What waits for the clients of a page and goes out: at most one send is under way for a socket.
 * One buffer that waits is kept by itself, several are a {@link SendQueue}.
 */
final class SocketOutput {
  private final SocketTable table;
  private final SocketPage page;
  private final SocketSlots slots;
  private final SocketOperations operations;

  /** The slot whose user is being given bytes, and whether it has asked for a flush meanwhile. */
  private int heldIndex = SocketTable.NONE;

  private boolean flushHeld;

  SocketOutput(SocketTable table, SocketPage page, SocketSlots slots, SocketOperations operations) {
    this.table = table;
    this.page = page;
    this.slots = slots;
    this.operations = operations;
  }

  // What waits.

  long pendingBytes(int index) {
    Object pending = slots.waiting(index);
    if (pending instanceof SendQueue queue) {
      return queue.bytes();
    }
    return pending == null ? 0 : ((ByteBuf) pending).readableBytes();
  }

  void write(int index, ByteBuf bytes) {
    if (slots.has(index, ENDING | CLOSING)) {
      bytes.release();
      return;
    }
    if (slots.waiting(index) == null) {
      slots.waiting(index, bytes);
    } else {
      queue(index).add(bytes);
    }
    SocketUser user = slots.presentUser(index);
    long pendingBytes = pendingBytes(index);
    if (pendingBytes > SocketTable.MAX_PENDING_BYTES) {
      page.close(index);
    } else if (pendingBytes > user.highWatermarkBytes() && !slots.has(index, UNWRITABLE)) {
      slots.set(index, UNWRITABLE);
      table.loop().execute(() -> tellUnwritable(index, user)); // not within the user's writes
    }
  }

  private void tellUnwritable(int index, SocketUser user) {
    if (slots.belongsTo(index, user) && !slots.has(index, CLOSING)) {
      user.writabilityChanged();
    }
  }

  /** The queue of a socket, which what waits is in from now on. */
  private SendQueue queue(int index) {
    Object present = slots.waiting(index);
    if (present instanceof SendQueue queue) {
      return queue;
    }
    SendQueue queue = table.takeQueue();
    if (present != null) {
      queue.add((ByteBuf) present);
    }
    slots.waiting(index, queue);
    return queue;
  }

  /** Lets go of all that waits. */
  void drop(int index) {
    Object dropped = slots.waiting(index);
    slots.waiting(index, null);
    if (dropped instanceof SendQueue queue) {
      table.giveBack(queue);
    } else if (dropped != null) {
      ((ByteBuf) dropped).release();
    }
  }

  /** Lets go of all that is not encrypted yet. */
  void dropPlain(int index) {
    if (slots.waiting(index) != null) {
      SendQueue queue = queue(index);
      queue.dropPlain();
      if (queue.size() == 0) {
        drop(index);
      }
    }
  }

  // Sends.

  /** What the user flushes from now on goes out at {@link #sendHeld}, in one send. */
  void holdFlushes(int index) {
    heldIndex = index;
  }

  /** The user has been given its bytes. */
  void sendHeld(int index) {
    heldIndex = SocketTable.NONE;
    if (flushHeld) {
      flushHeld = false;
      flush(index);
      endIfDone(index);
    }
  }

  void flush(int index) {
    if (heldIndex == index) {
      flushHeld = true;
      return;
    }
    if (slots.waiting(index) != null
        && slots.isAttached(index)
        && !slots.has(index, SENDING | CLOSING)) {
      send(index);
    }
  }

  private void send(int index) {
    TlsSocket secure = slots.secure(index);
    if (secure == null && slots.waiting(index) instanceof ByteBuf only) {
      send(index, only);
      return;
    }
    SendQueue queue = queue(index);
    if (secure != null && !secure.seal(queue, table.sealBuffer())) {
      page.close(index);
      return;
    }
    int ready = secure == null ? queue.size() : queue.sealed();
    int buffers = Math.min(ready, MessageHeaders.MAX_BUFFERS);
    queue.gathered(buffers > 1);
    if (buffers == 1) {
      send(index, queue.buffer(0));
    } else {
      slots.set(index, SENDING);
      operations.sendGathered(
          index, slots.descriptor(index), table.headers().gather(queue, buffers));
    }
  }

  private void send(int index, ByteBuf only) {
    slots.set(index, SENDING);
    operations.send(index, slots.descriptor(index), only);
  }

  /** Has the send that is under way cancelled. */
  void cancel(int index) {
    boolean gathered = slots.waiting(index) instanceof SendQueue queue && queue.isGathered();
    operations.cancel(index, gathered ? SocketOperations.SENDMSG : SocketOperations.SEND);
  }

  /** A send has ended: the kernel has taken so many bytes, or has failed. */
  void sent(int index, int result) {
    slots.clear(index, SENDING);
    if (result > 0) {
      taken(index, result);
    }
    if (slots.has(index, CLOSING)) {
      page.release(index);
      return;
    }
    if (result < 0) {
      page.close(index);
      return;
    }
    if (slots.waiting(index) != null) {
      send(index);
    }
    if (slots.has(index, UNWRITABLE)) {
      SocketUser user = slots.presentUser(index);
      if (pendingBytes(index) < user.lowWatermarkBytes()) {
        slots.clear(index, UNWRITABLE);
        user.writabilityChanged();
      }
    }
    endIfDone(index);
  }

  /** The kernel has taken so many bytes of what waits. */
  private void taken(int index, int count) {
    Object front = Objects.requireNonNull(slots.waiting(index));
    if (front instanceof SendQueue queue) {
      queue.taken(count);
      if (queue.size() == 0) {
        drop(index);
      }
    } else {
      ByteBuf only = (ByteBuf) front;
      if (count < only.readableBytes()) {
        only.skipBytes(count);
      } else {
        drop(index);
      }
    }
  }

  // The end of the own direction.

  void end(int index) {
    if (slots.has(index, ENDING | CLOSING)) {
      return;
    }
    slots.set(index, ENDING);
    flush(index); // if the socket has come
    if (heldIndex != index) {
      endIfDone(index);
    }
  }

  /** Ends the own direction if everything queued is sent and nothing will follow. */
  void endIfDone(int index) {
    if (!slots.has(index, ENDING)
        || slots.has(index, OUTPUT_ENDED | CLOSING)
        || slots.waiting(index) != null
        || !slots.isAttached(index)) {
      return;
    }
    TlsSocket secure = slots.secure(index);
    ByteBuf goodbye = secure == null ? null : secure.goodbye();
    if (goodbye != null) {
      queue(index).addSealed(goodbye);
      send(index);
    } else if (slots.has(index, INPUT_ENDED) || !table.calls().endOutput(slots.descriptor(index))) {
      page.close(index);
    } else {
      slots.set(index, OUTPUT_ENDED);
    }
  }
}
