package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.DetachedEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCounted;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one socket: BoringSSL's connection without Netty's engine around it. It encrypts from and
 * to buffers of the loop; BoringSSL keeps the start of a record that has not arrived as a whole.
 * Key updates and tickets are its business too; it refuses renegotiation. 32 bytes with compact
 * headers, and in BoringSSL about 3.1 KB. Confined to the loop's thread.
 */
final class TlsSocket {
  /** Nothing more can be decrypted before more arrives. */
  static final int MORE = 0;

  /** The client has sent {@code close_notify}: it sends nothing more. */
  static final int ENDED = -1;

  /** What came is no TLS, or the client has sent a fatal alert. */
  static final int FAILED = -2;

  /** Plain bytes that a record holds (RFC 8446 §5.1). */
  static final int RECORD_BYTES = 16 << 10;

  /**
   * Room for what BoringSSL sends between two writes: an alert, behind the answer to a key update.
   */
  private static final int BIO_BYTES = 64;

  private final long ssl;
  private final long bio;
  private final ReferenceCounted context;
  private final short overheadBytes;
  private boolean goodbyeSaid;

  private TlsSocket(long ssl, ReferenceCounted context) {
    this.ssl = ssl;
    this.context = context;
    this.bio = SSL.bioNewByteBuffer(ssl, BIO_BYTES); // frees the engine's
    this.overheadBytes = (short) SSL.getMaxWrapOverhead(ssl);
  }

  /** Whether the handler's connection can be had without it. */
  static boolean isPossible(SslHandler handler) {
    return DetachedEngine.isPossible(handler);
  }

  /**
   * Takes the connection out of a handler, which is good for nothing but to be removed afterwards.
   *
   * @return null if one side has ended the connection
   */
  static @Nullable TlsSocket take(SslHandler handler) {
    ReferenceCounted context = DetachedEngine.context(handler).retain();
    long ssl = DetachedEngine.take(handler);
    if (ssl == 0) {
      context.release();
      return null;
    }
    return new TlsSocket(ssl, context);
  }

  /** Gives everything back; nothing may be called afterwards. */
  void free() {
    SSL.freeSSL(ssl); // with its BIO
    SSL.clearError();
    context.release();
  }

  // Input.

  /** What {@link #read} decrypts until {@link #fed}. Nothing can be encrypted meanwhile. */
  void feed(ByteBuf sealed) {
    SSL.bioSetByteBuffer(bio, Addresses.of(sealed), sealed.readableBytes(), false);
  }

  void fed() {
    SSL.bioClearByteBuffer(bio);
  }

  /**
   * Decrypts the rest of one record at most.
   *
   * @param plain empty, of {@link #RECORD_BYTES}
   * @return how many bytes it holds now, {@link #MORE}, {@link #ENDED} or {@link #FAILED}
   */
  int read(ByteBuf plain) {
    int count = SSL.readFromSSL(ssl, Addresses.start(plain), plain.capacity());
    if (count > 0) {
      return count;
    }
    int error = SSL.getError(ssl, count);
    SSL.clearError();
    if (error == SSL.SSL_ERROR_WANT_READ) {
      return MORE;
    }
    return error == SSL.SSL_ERROR_ZERO_RETURN ? ENDED : FAILED;
  }

  // Output.

  /**
   * Encrypts the first buffers of a queue, as many as fit {@code scratch}, unless there are
   * encrypted ones already.
   *
   * @return whether the first buffer is encrypted now
   */
  boolean seal(SendQueue queue, ByteBuf scratch) {
    if (queue.sealed() > 0) {
      return true;
    }
    ByteBuf first = queue.buffer(0);
    int room = scratch.capacity();
    int length = 0;
    int buffers = 0;
    ByteBuf sealed;
    if (queue.size() == 1 || first.readableBytes() >= room) {
      length = Math.min(first.readableBytes(), room);
      sealed = seal(Addresses.of(first), length);
      first.skipBytes(length);
      buffers = first.isReadable() ? 0 : 1;
    } else {
      while (buffers < queue.size() && queue.buffer(buffers).readableBytes() <= room - length) {
        ByteBuf next = queue.buffer(buffers++);
        length += next.readableBytes();
        scratch.writeBytes(next);
      }
      sealed = seal(Addresses.of(scratch), length);
    }
    if (sealed == null) {
      return false;
    }
    queue.sealed(buffers, length, sealed);
    return true;
  }

  /** The records of some bytes, or null if the connection allows none any more. */
  private @Nullable ByteBuf seal(long address, int length) {
    int records = (length + RECORD_BYTES - 1) / RECORD_BYTES;
    ByteBuf out = output(length + records * overheadBytes + BIO_BYTES);
    int taken = 0;
    while (taken < length) {
      int room = sink(out);
      int count = SSL.writeToSSL(ssl, address + taken, length - taken);
      boolean more = sunk(out, room);
      if (count > 0) {
        taken += count;
      } else if (more && SSL.getError(ssl, count) == SSL.SSL_ERROR_WANT_WRITE) {
        out.ensureWritable(RECORD_BYTES); // more on its way than known here: goes on with it
      } else {
        SSL.clearError();
        out.release();
        return null;
      }
    }
    return out;
  }

  /**
   * The last bytes of the own direction: an alert, which is {@code close_notify} if nothing worse
   * has happened. Null if they have been said.
   */
  @Nullable ByteBuf goodbye() {
    if (goodbyeSaid) {
      return null;
    }
    goodbyeSaid = true;
    ByteBuf out = output(2 * BIO_BYTES);
    int room = sink(out);
    SSL.bioFlushByteBuffer(bio);
    SSL.shutdownSSL(ssl);
    SSL.clearError();
    if (sunk(out, room)) {
      return out;
    }
    out.release();
    return null;
  }

  private static ByteBuf output(int bytes) {
    return PooledByteBufAllocator.DEFAULT.directBuffer(bytes);
  }

  private int sink(ByteBuf out) {
    int room = out.writableBytes();
    SSL.bioSetByteBuffer(bio, Addresses.start(out) + out.writerIndex(), room, true);
    return room;
  }

  /** Whether BoringSSL has written something since {@link #sink}. */
  private boolean sunk(ByteBuf out, int room) {
    int written = room - SSL.bioLengthByteBuffer(bio);
    SSL.bioClearByteBuffer(bio);
    out.writerIndex(out.writerIndex() + written);
    return written > 0;
  }
}
