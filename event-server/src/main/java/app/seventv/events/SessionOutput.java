package app.seventv.events;

import io.netty.buffer.ByteBuf;

/**
 * The frames of a session on their way to its client: their numbers, what is known about them
 * later, and how much of them waits for a client that does not read. Confined to its loop.
 */
abstract class SessionOutput extends TopicHolder {
  /** The session is over. */
  static final byte ENDED = 1;

  /** A flush is planned. */
  private static final byte DIRTY = 2;

  /** The transport's buffers were full when last looked at; the deadline is the write timeout's. */
  static final byte STALLED = 4;

  /** A dispatch has been sent. */
  private static final byte TOLD = 8;

  /** The transport waits for the client's part of the end. */
  static final byte CLOSING = 16;

  /** Kinds of the latest frames, see {@link FrameHistory}. */
  private long history = FrameHistory.MARK;

  /** Number of the next frame. */
  private int sequence;

  /** Bytes written while the transport's own buffers were full. */
  private int blockedBytes;

  private byte flags;

  SessionOutput(SessionGroup group) {
    super(group);
  }

  /** Encodes a frame of this session. */
  abstract ByteBuf encode(Opcode opcode, String payload, long timeMs, int number);

  /** Queues an encoded frame, whose reference it takes. */
  abstract void write(ByteBuf frame);

  /** Queues the shared and the own part of a dispatch, whose references it takes. */
  abstract void write(ByteBuf head, ByteBuf tail);

  abstract void flush();

  /** Whether the transport's own buffers have room. */
  abstract boolean isWritable();

  /** Whether dispatches have the form of SSE. */
  abstract boolean isEventStream();

  /**
   * Whether dispatches may come as one buffer: nothing waits for the client, so that a slow one
   * never holds more than one part of the buffers that sessions share.
   */
  abstract boolean isTakingCopies();

  /** {@link #STALLED} has changed. */
  abstract void stallChanged();

  final boolean is(byte flag) {
    return (flags & flag) != 0;
  }

  final void set(byte flag, boolean value) {
    flags = (byte) (value ? flags | flag : flags & ~flag);
  }

  final boolean isEnded() {
    return is(ENDED);
  }

  /** Whether the client has ever been sent an event. */
  final boolean hasBeenTold() {
    return is(TOLD);
  }

  /** Number of the next frame. */
  final int sequence() {
    return sequence;
  }

  final long history() {
    return history;
  }

  /** What was sent so far cannot be reconstructed from events: topics or what is known change. */
  final void markHistory() {
    history = FrameHistory.MARK;
  }

  /** Whether the client leaves more unread than it may. */
  final boolean isOverfull() {
    return blockedBytes > loop().options().maxPendingBytes();
  }

  final void send(Opcode opcode, String payload) {
    client().sent(opcode);
    ByteBuf frame = encode(opcode, payload, loop().timeMs(), sequence);
    sequence++;
    history = FrameHistory.other(history);
    account(frame.readableBytes());
    write(frame);
    flushOnce(false);
  }

  /**
   * Sends a dispatch.
   *
   * @param isPresence whether it depends on what the session has been told before
   * @return false if the client leaves too much unread; nothing is sent then
   */
  final boolean sendDispatch(ByteBuf head, ByteBuf tail, boolean isPresence) {
    if (!beginDispatch(head.readableBytes() + tail.readableBytes(), isPresence)) {
      head.release();
      tail.release();
      return false;
    }
    write(head, tail);
    flushOnce(false);
    return true;
  }

  /** The same in one buffer. */
  final boolean sendDispatch(ByteBuf frame, boolean isPresence) {
    if (!beginDispatch(frame.readableBytes(), isPresence)) {
      frame.release();
      return false;
    }
    write(frame);
    flushOnce(loop().isFlushingAtOnce());
    return true;
  }

  private boolean beginDispatch(int bytes, boolean isPresence) {
    sequence++;
    set(TOLD, true);
    history = isPresence ? FrameHistory.MARK : FrameHistory.dispatch(history);
    account(bytes);
    if (isOverfull()) {
      return false;
    }
    client().sent(Opcode.DISPATCH);
    return true;
  }

  /** Counts what is queued while the client does not read. */
  private void account(int bytes) {
    if (isWritable()) {
      blockedBytes = 0;
      stalled(false);
    } else {
      if (is(DIRTY)) {
        flush(); // a burst within one turn is not the client's fault
      }
      blockedBytes += bytes;
      stalled(!isWritable());
    }
  }

  /** Flushes at the end of the turn, or at once if nothing is to be flushed then. */
  private void flushOnce(boolean atOnce) {
    if (is(DIRTY)) {
      return;
    }
    if (atOnce) {
      flush();
    } else {
      set(DIRTY, true);
      loop().flushLater(this);
    }
  }

  private void stalled(boolean value) {
    if (is(STALLED) != value) {
      set(STALLED, value);
      stallChanged();
    }
  }

  /** End of the loop's turn. */
  final void flushTurn() {
    set(DIRTY, false);
    flush();
  }
}
