package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A page of a {@link SocketTable}: some sockets behind one registration with the loop, told apart
 * by the index in the user data of their operations. Netty keeps user data that fits 16 bits in the
 * operation itself; anything longer would cost 21 bytes and a hash table per pending operation.
 *
 * <p>A slot is given out again only after every operation on it has ended, so a completion always
 * belongs to the present socket.
 */
final class SocketPage implements IoUringIoHandle {
  /** Sockets of a page. Small, so that little is unused at the end of the last one. */
  static final int SLOTS = 1024;

  // include/uapi/linux/io_uring.h
  private static final byte OP_POLL_ADD = 6;
  private static final byte OP_SENDMSG = 9;
  private static final byte OP_ASYNC_CANCEL = 14;
  private static final byte OP_SEND = 26;
  private static final int POLL_ADD_MULTI = 1;
  private static final int CQE_F_MORE = 2;

  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int POLLIN = 0x1;
  private static final int POLLERR = 0x8;
  private static final int POLLHUP = 0x10;
  private static final int POLLRDHUP = 0x2000;

  /** Reads of one socket before others have their turn. */
  private static final int MAX_READS = 4;

  // State of a slot.

  /** The poll has not ended. */
  private static final int POLLING = 1;

  /** A send has not ended. */
  private static final int SENDING = 2;

  /** The user wants no bytes. */
  private static final int READ_OFF = 4;

  /** More than the high watermark waits. */
  private static final int UNWRITABLE = 8;

  /** The own direction ends after what is queued. */
  private static final int ENDING = 16;

  /** The own direction has ended. */
  private static final int OUTPUT_ENDED = 32;

  /** The client's direction has ended. */
  private static final int INPUT_ENDED = 64;

  /** The socket will be closed when its operations have ended; its user hears no more of it. */
  private static final int CLOSING = 128;

  private final SocketTable table;
  private final int firstSlot;
  private final int[] descriptors = new int[SLOTS];
  private final @Nullable SocketUser[] users = new SocketUser[SLOTS];

  /** What waits for the clients: mostly nothing or one buffer, else a {@link SendQueue}. */
  private final @Nullable Object[] waiting = new Object[SLOTS];

  private final @Nullable SocketEnd[] ends = new SocketEnd[SLOTS];
  private final int[] openedTicks = new int[SLOTS];
  private final byte[] states = new byte[SLOTS];

  /** TLS of the sockets that have it; there is no array until one has. */
  private @Nullable TlsSocket @Nullable [] secured;

  private @Nullable IoRegistration registration;

  /** What Netty puts before opcode and index in the user data of this page's operations. */
  private long operationIds;

  /** The slot whose user is being given bytes, and whether it has asked for a flush meanwhile. */
  private int readingIndex = SocketTable.NONE;

  private boolean flushAfterRead;

  /**
   * @param firstSlot slot of index 0
   * @param nextFree free slot after those of this page
   */
  SocketPage(SocketTable table, int firstSlot, int nextFree) {
    this.table = table;
    this.firstSlot = firstSlot;
    for (int i = 0; i < SLOTS; i++) {
      descriptors[i] = i + 1 < SLOTS ? firstSlot + i + 1 : nextFree;
    }
  }

  void start(IoRegistration registered) {
    registration = registered;
  }

  int firstSlot() {
    return firstSlot;
  }

  // Life of a slot.

  /** Gives the slot to a user; returns the next free slot. */
  int reserve(int index, SocketUser user) {
    int next = descriptors[index];
    descriptors[index] = SocketTable.NONE;
    users[index] = user;
    return next;
  }

  void end(int index, SocketEnd end, int openedTick) {
    ends[index] = end;
    openedTicks[index] = openedTick;
  }

  void secure(int index, TlsSocket secure) {
    if (secured == null) {
      secured = new TlsSocket[SLOTS];
    }
    secured[index] = secure;
  }

  private @Nullable TlsSocket secure(int index) {
    return secured == null ? null : secured[index];
  }

  /** Encrypted bytes from the socket that is about to come. */
  void early(int index, ByteBuf sealed) {
    SocketUser user = users[index];
    if (user != null && !has(index, INPUT_ENDED | CLOSING)) {
      received(index, user, sealed);
    }
  }

  void attach(int index, int descriptor) {
    descriptors[index] = descriptor;
    if (has(index, CLOSING)) {
      release(index);
      return;
    }
    poll(index);
    flush(index);
    if (isOutputDone(index)) {
      outputDone(index);
    }
  }

  void abandon(int index) {
    set(index, CLOSING);
    release(index);
  }

  private void poll(int index) {
    long id = submit(index, OP_POLL_ADD, 0, POLL_ADD_MULTI, POLLIN | POLLRDHUP);
    operationIds = id & ~0xFFFFFFL;
    set(index, POLLING);
  }

  /**
   * Closes the socket once its operations, which are cancelled, have ended: the kernel must not
   * read buffers that have been given back, nor tell of a socket that is somebody else's.
   */
  void close(int index) {
    if (has(index, CLOSING)) {
      return;
    }
    set(index, CLOSING);
    if (descriptors[index] == SocketTable.NONE) {
      table.cutOff(firstSlot + index);
      return; // until it comes, or will not come
    }
    boolean pending = false;
    if (has(index, POLLING)) {
      cancel(index, OP_POLL_ADD);
      pending = true;
    }
    if (has(index, SENDING)) {
      boolean gathered = waiting[index] instanceof SendQueue queue && queue.isGathered();
      cancel(index, gathered ? OP_SENDMSG : OP_SEND);
      pending = true;
    }
    if (!pending) {
      table.loop().execute(() -> release(index)); // not within the user's call
    }
  }

  private void cancel(int index, byte opcode) {
    submit(index, OP_ASYNC_CANCEL, operationIds | opcode << Short.SIZE | index, 0, 0);
  }

  /** Gives the slot back if no operation is left. */
  private void release(int index) {
    if (has(index, POLLING | SENDING)) {
      return;
    }
    int descriptor = descriptors[index];
    if (descriptor != SocketTable.NONE) {
      table.calls().close(descriptor);
    }
    SocketUser user = Objects.requireNonNull(users[index]);
    SocketEnd end = ends[index];
    TlsSocket secure = secure(index);
    if (secure != null && secured != null) {
      secured[index] = null;
      table.free(secure);
    }
    users[index] = null;
    ends[index] = null;
    drop(index);
    states[index] = 0;
    descriptors[index] = table.nextFree();
    table.released(firstSlot + index);
    try {
      user.closed();
    } finally {
      if (end != null) {
        end.ended(table.ageNs(openedTicks[index]));
      }
    }
  }

  // Completions.

  @Override
  public void handle(IoRegistration from, IoEvent ioEvent) {
    IoUringIoEvent event = (IoUringIoEvent) ioEvent;
    int index = (int) event.userData();
    switch (event.opcode()) {
      case OP_POLL_ADD -> polled(index, event.res(), (event.flags() & CQE_F_MORE) != 0);
      case OP_SEND, OP_SENDMSG -> sent(index, event.res());
      default -> {
        // Of a cancellation: the operation's own completion tells.
      }
    }
  }

  private void polled(int index, int events, boolean more) {
    if (!more) {
      clear(index, POLLING);
    }
    if (has(index, CLOSING)) {
      release(index);
      return;
    }
    if (events < 0) {
      close(index);
      return;
    }
    if (has(index, READ_OFF)) {
      if ((events & (POLLERR | POLLHUP)) != 0) {
        close(index); // gone in both directions: nobody to wait for
      }
    } else {
      read(index, (events & (POLLERR | POLLHUP | POLLRDHUP)) != 0);
    }
    if (users[index] != null && !has(index, POLLING | CLOSING)) {
      poll(index); // the kernel ends a multishot poll when completions do not find room
    }
  }

  /**
   * Reads until the socket is empty.
   *
   * @param toEnd whether the client's end is there already, behind what it has sent
   */
  private void read(int index, boolean toEnd) {
    SocketUser user = users[index];
    for (int i = 0; user != null && i < MAX_READS; i++) {
      if (!belongsTo(index, user) || has(index, READ_OFF | INPUT_ENDED | CLOSING)) {
        return;
      }
      ByteBuf buffer = table.readBuffer();
      int count =
          table
              .calls()
              .receive(descriptors[index], Addresses.start(buffer), SocketTable.READ_BYTES);
      if (count > 0) {
        received(index, user, buffer.setIndex(0, count));
        if (count < SocketTable.READ_BYTES && !toEnd) {
          return; // what comes after this will be told
        }
      } else if (count == 0) {
        inputEnded(index);
        return;
      } else if (count == -SocketCalls.EAGAIN) {
        return;
      } else if (count != -SocketCalls.EINTR) {
        close(index);
        return;
      }
    }
    table.loop().execute(() -> readOn(index, user, toEnd));
  }

  private void received(int index, SocketUser user, ByteBuf bytes) {
    TlsSocket secure = secure(index);
    int outcome = TlsSocket.MORE;
    readingIndex = index;
    try {
      if (secure == null) {
        user.received(bytes.retain());
      } else {
        outcome = decrypt(index, user, secure, bytes);
      }
    } finally {
      readingIndex = SocketTable.NONE;
      if (flushAfterRead) {
        flushAfterRead = false;
        flush(index);
        if (isOutputDone(index)) {
          outputDone(index);
        }
      }
    }
    if (outcome != TlsSocket.MORE && !has(index, CLOSING)) {
      secureInputEnded(index, outcome);
    }
  }

  /** Gives the user what the bytes hold, all of it: they cannot go back into the socket. */
  private int decrypt(int index, SocketUser user, TlsSocket secure, ByteBuf bytes) {
    secure.feed(bytes);
    try {
      while (!has(index, CLOSING)) {
        ByteBuf plain = table.plainBuffer();
        int count = secure.read(plain);
        if (count <= 0) {
          return count;
        }
        user.received(plain.writerIndex(count).retain());
      }
      return TlsSocket.MORE;
    } finally {
      secure.fed();
    }
  }

  /** The client has said that it is done, or something that is no TLS: an alert answers. */
  private void secureInputEnded(int index, int outcome) {
    if (has(index, OUTPUT_ENDED)) {
      close(index);
      return;
    }
    set(index, INPUT_ENDED);
    if (has(index, ENDING) && outcome == TlsSocket.ENDED) {
      return; // what is on its way still goes out
    }
    set(index, ENDING);
    if (waiting[index] != null) {
      SendQueue queue = queue(index);
      queue.dropPlain();
      if (queue.size() == 0) {
        drop(index);
      }
    }
    if (isOutputDone(index)) {
      outputDone(index);
    }
  }

  /** A later part of a turn: the slot may have changed hands. */
  private void readOn(int index, @Nullable SocketUser user, boolean toEnd) {
    if (belongsTo(index, user) && descriptors[index] != SocketTable.NONE) {
      read(index, toEnd);
    }
  }

  private void inputEnded(int index) {
    set(index, INPUT_ENDED);
    // What is on its way while the session closes still goes out, a close frame above all.
    if (!has(index, ENDING) || has(index, OUTPUT_ENDED) || waiting[index] == null) {
      close(index);
    }
  }

  private void sent(int index, int result) {
    clear(index, SENDING);
    if (result > 0) {
      taken(index, result);
    }
    if (has(index, CLOSING)) {
      release(index);
      return;
    }
    if (result < 0) {
      close(index);
      return;
    }
    if (waiting[index] != null) {
      send(index);
    }
    if (has(index, UNWRITABLE)) {
      SocketUser user = Objects.requireNonNull(users[index]);
      if (pendingBytes(index) < user.lowWatermarkBytes()) {
        clear(index, UNWRITABLE);
        user.writabilityChanged();
      }
    }
    if (isOutputDone(index)) {
      outputDone(index);
    }
  }

  /** The kernel has taken so many bytes of what waits. */
  private void taken(int index, int count) {
    Object front = Objects.requireNonNull(waiting[index]);
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

  /** Lets go of all that waits. */
  private void drop(int index) {
    Object dropped = waiting[index];
    waiting[index] = null;
    if (dropped instanceof SendQueue queue) {
      table.giveBack(queue);
    } else if (dropped != null) {
      ((ByteBuf) dropped).release();
    }
  }

  /** The queue of a socket, which what waits is in from now on. */
  private SendQueue queue(int index) {
    Object present = waiting[index];
    if (present instanceof SendQueue queue) {
      return queue;
    }
    SendQueue queue = table.takeQueue();
    if (present != null) {
      queue.add((ByteBuf) present);
    }
    waiting[index] = queue;
    return queue;
  }

  // For the users.

  void write(int index, ByteBuf bytes) {
    if (has(index, ENDING | CLOSING)) {
      bytes.release();
      return;
    }
    if (waiting[index] == null) {
      waiting[index] = bytes;
    } else {
      queue(index).add(bytes);
    }
    SocketUser user = Objects.requireNonNull(users[index]);
    long pendingBytes = pendingBytes(index);
    if (pendingBytes > SocketTable.MAX_PENDING_BYTES) {
      close(index);
    } else if (pendingBytes > user.highWatermarkBytes() && !has(index, UNWRITABLE)) {
      set(index, UNWRITABLE);
      table.loop().execute(() -> tellUnwritable(index, user)); // not within the user's writes
    }
  }

  private void tellUnwritable(int index, SocketUser user) {
    if (belongsTo(index, user) && !has(index, CLOSING)) {
      user.writabilityChanged();
    }
  }

  void flush(int index) {
    if (readingIndex == index) {
      flushAfterRead = true;
      return;
    }
    if (waiting[index] != null
        && descriptors[index] != SocketTable.NONE
        && !has(index, SENDING | CLOSING)) {
      send(index);
    }
  }

  private void send(int index) {
    TlsSocket secure = secure(index);
    if (secure == null && waiting[index] instanceof ByteBuf only) {
      send(index, only);
      return;
    }
    SendQueue queue = queue(index);
    if (secure != null && !secure.seal(queue, table.sealBuffer())) {
      close(index);
      return;
    }
    int ready = secure == null ? queue.size() : queue.sealed();
    int buffers = Math.min(ready, MessageHeaders.MAX_BUFFERS);
    queue.gathered(buffers > 1);
    if (buffers == 1) {
      send(index, queue.buffer(0));
    } else {
      set(index, SENDING);
      submit(index, OP_SENDMSG, table.headers().gather(queue, buffers), 1, MSG_NOSIGNAL);
    }
  }

  private void send(int index, ByteBuf only) {
    set(index, SENDING);
    submit(index, OP_SEND, Addresses.of(only), only.readableBytes(), MSG_NOSIGNAL);
  }

  private long submit(int index, byte opcode, long address, int length, int opcodeFlags) {
    int descriptor = opcode == OP_ASYNC_CANCEL ? -1 : descriptors[index];
    return Objects.requireNonNull(registration)
        .submit(
            new IoUringIoOps(
                opcode,
                (byte) 0,
                (short) 0,
                descriptor,
                0L,
                address,
                length,
                opcodeFlags,
                (long) index,
                (short) 0,
                (short) 0,
                0,
                0L));
  }

  boolean isClosing(int index) {
    return has(index, CLOSING);
  }

  boolean isWritable(int index) {
    return !has(index, UNWRITABLE);
  }

  long pendingBytes(int index) {
    Object pending = waiting[index];
    if (pending instanceof SendQueue queue) {
      return queue.bytes();
    }
    return pending == null ? 0 : ((ByteBuf) pending).readableBytes();
  }

  void reading(int index, boolean wanted) {
    if (!wanted) {
      set(index, READ_OFF);
    } else if (has(index, READ_OFF)) {
      clear(index, READ_OFF);
      SocketUser user = users[index];
      // The client's end may have been told while nobody wanted to hear of it.
      table.loop().execute(() -> readOn(index, user, true));
    }
  }

  void endOutput(int index) {
    if (has(index, ENDING | CLOSING)) {
      return;
    }
    set(index, ENDING);
    flush(index); // if the socket has come
    if (readingIndex != index && isOutputDone(index)) {
      outputDone(index);
    }
  }

  /** Whether everything queued is sent, and nothing will follow. */
  private boolean isOutputDone(int index) {
    return has(index, ENDING)
        && !has(index, OUTPUT_ENDED | CLOSING)
        && waiting[index] == null
        && descriptors[index] != SocketTable.NONE;
  }

  private void outputDone(int index) {
    TlsSocket secure = secure(index);
    ByteBuf goodbye = secure == null ? null : secure.goodbye();
    if (goodbye != null) {
      queue(index).addSealed(goodbye);
      send(index);
    } else if (has(index, INPUT_ENDED) || !table.calls().endOutput(descriptors[index])) {
      close(index);
    } else {
      set(index, OUTPUT_ENDED);
    }
  }

  /** The loop ends. */
  @Override
  public void close() {
    for (int index = 0; index < SLOTS; index++) {
      if (users[index] != null) {
        close(index);
      }
    }
    table.closed();
  }

  /** Whether the slot is still the same user's. */
  @SuppressWarnings("ReferenceEquality") // another one that is equal is another one
  private boolean belongsTo(int index, @Nullable SocketUser user) {
    return users[index] == user;
  }

  private boolean has(int index, int state) {
    return (states[index] & state) != 0;
  }

  private void set(int index, int state) {
    states[index] |= (byte) state;
  }

  private void clear(int index, int state) {
    states[index] &= (byte) ~state;
  }
}
