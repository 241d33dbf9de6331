package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The sockets of one io_uring loop that have no channel any more. A socket is a slot: some entries
 * of arrays and, in the kernel, one multishot poll. What it reads goes through one buffer of the
 * loop, what it sends is read by the kernel where it lies.
 *
 * <p>Bytes of an idle socket in user space (compressed references):
 *
 * <pre>
 *   4  descriptor (of a free slot: the next free one)
 *   4  user
 *   4  what waits for the client (nothing while it is idle)
 *   4  end
 *   4  time of accept
 *   1  state
 * ---
 *  21  in pages of {@link SocketPage#SLOTS}
 * </pre>
 *
 * <p>A page in which a socket has TLS has 4 bytes more for each slot, and the socket a {@link
 * TlsSocket}.
 *
 * <p>Everything but {@link #isWritable} and {@link #pendingBytes} is confined to the loop's thread.
 */
public final class SocketTable {
  /** No slot: calls with it have no effect. */
  public static final int NONE = -1;

  /** Most bytes that may wait for one client whose user pays no heed to {@link #isWritable}. */
  static final long MAX_PENDING_BYTES = 64L << 20;

  /** Bytes that one read takes. */
  static final int READ_BYTES = 64 << 10;

  /** Plain bytes that are encrypted at once for one socket. */
  static final int SEAL_BYTES = 64 << 10;

  /** Queues kept for the next sockets that have something to wait. */
  private static final int MAX_KEPT_QUEUES = 1024;

  /** Most things kept for {@link #attachment}; who uses ever new keys gets ever new things. */
  static final int MAX_ATTACHMENTS = 64;

  /** Times of accept are kept in units of this, so that they last for years in an int. */
  private static final long TICK_NS = 100_000_000;

  private final IoEventLoop loop;
  private final SocketCalls calls = new SocketCalls();
  private final MessageHeaders headers;
  private final long startNs = System.nanoTime();
  private final IdentityHashMap<Object, Object> attachments = new IdentityHashMap<>();
  private final Map<Integer, Channel> held = new HashMap<>();
  private final ArrayDeque<SendQueue> keptQueues = new ArrayDeque<>();
  private volatile SocketPage[] pages = {};
  private int free = NONE;
  private int size;
  private int secured;
  private final LoopBuffer readBuffer = new LoopBuffer(READ_BYTES);
  private final LoopBuffer plainBuffer = new LoopBuffer(TlsSocket.RECORD_BYTES);
  private final LoopBuffer sealBuffer = new LoopBuffer(SEAL_BYTES);

  /**
   * An empty table.
   *
   * @param loop an io_uring loop
   * @param ringEntries size of its submission queue
   */
  public SocketTable(IoEventLoop loop, int ringEntries) {
    this.loop = loop;
    this.headers = new MessageHeaders(ringEntries);
  }

  /** The loop that serves the sockets. */
  public IoEventLoop loop() {
    return loop;
  }

  /** Sockets in the table. */
  public int size() {
    return size;
  }

  /** Bytes that wait for the clients of all sockets; from any thread, then about right. */
  public long queuedBytes() {
    long bytes = 0;
    for (SocketPage page : pages) {
      for (int index = 0; index < SocketPage.SLOTS; index++) {
        bytes += page.pendingBytes(index);
      }
    }
    return bytes;
  }

  /** Something that the users of the table share, made at the first call for a key. */
  @SuppressWarnings("unchecked") // each key is used with one type
  public <T> T attachment(Object key, Supplier<T> maker) {
    Object kept = attachments.get(key);
    if (kept == null) {
      kept = maker.get();
      if (attachments.size() < MAX_ATTACHMENTS) {
        attachments.put(key, kept);
      }
    }
    return (T) kept;
  }

  // Life of a slot.

  /**
   * A slot for a socket that is about to come by {@link SocketMove}: what is written to it waits
   * until then.
   *
   * @return {@link #NONE} if the loop is ending
   */
  public int reserve(SocketUser user) {
    if (free == NONE && !addPage()) {
      return NONE;
    }
    int slot = free;
    SocketPage page = page(slot);
    free = page.reserve(index(slot), user);
    size++;
    return slot;
  }

  private boolean addPage() {
    SocketPage[] old = pages;
    SocketPage page = new SocketPage(this, old.length * SocketPage.SLOTS, free);
    var registered = loop.register(page);
    if (!registered.isSuccess()) {
      return false;
    }
    page.start(registered.getNow());
    SocketPage[] more = Arrays.copyOf(old, old.length + 1);
    more[old.length] = page;
    pages = more;
    free = page.firstSlot();
    return true;
  }

  /** Sets what is to be done when the socket is closed. */
  void end(int slot, SocketEnd end, long openedNs) {
    page(slot).end(index(slot), end, (int) ((openedNs - startNs) / TICK_NS));
  }

  /**
   * The socket cannot come before the client has taken earlier answers, which it may never do:
   * whoever closes the socket meanwhile closes its channel.
   */
  void hold(int slot, Channel channel) {
    held.put(slot, channel);
    if (page(slot).isClosing(index(slot))) {
      channel.close();
    }
  }

  /** The client has taken them, or the channel is closed. */
  void letGo(int slot) {
    held.remove(slot);
  }

  /** A socket that has not come is not wanted any more. */
  void cutOff(int slot) {
    Channel channel = held.get(slot);
    if (channel != null) {
      channel.close();
    }
  }

  /** The socket will come with TLS, which belongs to the slot from now on. */
  void secure(int slot, TlsSocket secure) {
    page(slot).secure(index(slot), secure);
    secured++;
  }

  /** Encrypted bytes that arrived before the socket; takes their reference. */
  void early(int slot, ByteBuf sealed) {
    ByteBuf bytes = Addresses.isDirect(sealed) ? sealed : direct(sealed);
    try {
      page(slot).early(index(slot), bytes);
    } finally {
      bytes.release();
    }
  }

  /** The socket has come. */
  void attach(int slot, int descriptor) {
    page(slot).attach(index(slot), descriptor);
  }

  /** The socket will not come. */
  void abandon(int slot) {
    page(slot).abandon(index(slot));
  }

  /** Sockets with TLS. */
  int secured() {
    return secured;
  }

  /** TLS of a socket that is given back. */
  void free(TlsSocket secure) {
    secure.free();
    secured--;
  }

  /** Takes back a slot that has been in use. */
  void released(int slot) {
    free = slot;
    size--;
  }

  /** The slot that is given out next, or {@link #NONE}. */
  int nextFree() {
    return free;
  }

  long ageNs(int openedTick) {
    return System.nanoTime() - startNs - openedTick * TICK_NS;
  }

  // For the users.

  /** Queues bytes, whose reference it takes. */
  public void write(int slot, ByteBuf bytes) {
    if (slot == NONE || !bytes.isReadable()) {
      bytes.release();
    } else {
      page(slot).write(index(slot), Addresses.isDirect(bytes) ? bytes : direct(bytes));
    }
  }

  private static ByteBuf direct(ByteBuf bytes) {
    ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.readableBytes());
    copy.writeBytes(bytes);
    bytes.release();
    return copy;
  }

  /** Sends what is queued, at the latest when the current read is over. */
  public void flush(int slot) {
    if (slot != NONE) {
      page(slot).flush(index(slot));
    }
  }

  /** False while more than the high watermark waits; from any thread. */
  public boolean isWritable(int slot) {
    return slot == NONE || page(slot).isWritable(index(slot));
  }

  /** Bytes that wait for the client; from any thread. */
  public long pendingBytes(int slot) {
    return slot == NONE ? 0 : page(slot).pendingBytes(index(slot));
  }

  /** Stops or resumes reading. */
  public void reading(int slot, boolean wanted) {
    if (slot != NONE) {
      page(slot).reading(index(slot), wanted);
    }
  }

  /**
   * Ends the own direction once everything queued has been sent; the socket is closed when the
   * client has ended its direction too.
   */
  public void endOutput(int slot) {
    if (slot != NONE) {
      page(slot).endOutput(index(slot));
    }
  }

  /** Closes the socket at once. {@link SocketUser#closed} follows in a later part of the turn. */
  public void abort(int slot) {
    if (slot != NONE) {
      page(slot).close(index(slot));
    }
  }

  // For the pages.

  SocketCalls calls() {
    return calls;
  }

  MessageHeaders headers() {
    return headers;
  }

  SendQueue takeQueue() {
    SendQueue kept = keptQueues.pollLast();
    return kept == null ? new SendQueue() : kept;
  }

  void giveBack(SendQueue queue) {
    queue.clear();
    if (keptQueues.size() < MAX_KEPT_QUEUES && queue.isWorthKeeping()) {
      keptQueues.addLast(queue);
    }
  }

  /** The buffer of the loop that sockets are read into, empty. */
  ByteBuf readBuffer() {
    return readBuffer.get();
  }

  /** The buffer of the loop that records are decrypted into, empty. */
  ByteBuf plainBuffer() {
    return plainBuffer.get();
  }

  /** The buffer of the loop that gathers what goes into records, empty. */
  ByteBuf sealBuffer() {
    return sealBuffer.get();
  }

  /** The loop ends: nothing is read or sent any more. */
  void closed() {
    readBuffer.free();
    plainBuffer.free();
    sealBuffer.free();
  }

  private SocketPage page(int slot) {
    return pages[slot / SocketPage.SLOTS];
  }

  private static int index(int slot) {
    return slot % SocketPage.SLOTS;
  }
}
