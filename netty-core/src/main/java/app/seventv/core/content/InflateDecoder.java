package app.seventv.core.content;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * DEFLATE (RFC 1951) in the wrappers that HTTP knows: gzip (RFC 1952) with any number of members,
 * and "deflate", which is zlib (RFC 1950) or, from some clients, no wrapper at all (RFC 9110
 * §8.4.1.2).
 */
final class InflateDecoder implements ContentDecoder {
  private static final int FIXED_HEADER_BYTES = 10;
  private static final int FLAG_HEADER_CHECKSUM = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int RESERVED_FLAGS = 0xe0;
  private static final int TRAILER_BYTES = 8;

  private enum State {
    FIXED_HEADER,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CHECKSUM,
    BODY,
    TRAILER,
    END
  }

  private final boolean gzip;
  private final CRC32 checksum = new CRC32();
  private @Nullable Inflater inflater;
  private State state;
  private int flags;
  private int count;
  private int extraBytes;
  private long trailer;
  private int members;

  InflateDecoder(boolean gzip) {
    this.gzip = gzip;
    this.state = gzip ? State.FIXED_HEADER : State.BODY;
    this.inflater = gzip ? new Inflater(true) : null;
  }

  @Override
  public @Nullable ByteBuf next(ByteBuf in) throws IOException {
    while (in.isReadable()) {
      switch (state) {
        case BODY -> {
          ByteBuf piece = inflate(in);
          if (piece != null) {
            return piece;
          }
        }
        case TRAILER -> trailer(in.readUnsignedByte());
        case END -> throw new IOException("bytes behind the end");
        default -> header(in.readUnsignedByte());
      }
    }
    // The last bytes of input may stand for more than one piece.
    return state == State.BODY && inflater != null ? inflate(in) : null;
  }

  @Override
  public boolean isComplete() {
    return state == State.END || (state == State.FIXED_HEADER && count == 0 && members > 0);
  }

  private @Nullable ByteBuf inflate(ByteBuf in) throws IOException {
    Inflater active = inflater;
    if (active == null) {
      active = new Inflater(!isZlib(in.getUnsignedByte(in.readerIndex())));
      inflater = active;
    }
    ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(PIECE_BYTES, PIECE_BYTES);
    try {
      ByteBuffer source = in.nioBuffer();
      active.setInput(source);
      ByteBuffer target = piece.nioBuffer(0, PIECE_BYTES);
      int n = active.inflate(target);
      int used = in.readableBytes() - source.remaining();
      in.skipBytes(used);
      if (active.needsDictionary()) {
        throw new IOException("a preset dictionary is needed");
      }
      checksum.update(piece.nioBuffer(0, n));
      if (active.finished()) {
        state = gzip ? State.TRAILER : State.END;
        count = 0;
        trailer = 0;
      }
      if (n == 0) {
        if (used == 0 && in.isReadable() && !active.finished()) {
          throw new IOException("deflate data without progress");
        }
        return null;
      }
      return piece.writerIndex(n).retain();
    } catch (DataFormatException e) {
      throw new IOException("broken deflate data", e);
    } finally {
      piece.release();
    }
  }

  /** Method 8, window up to 32 KiB (RFC 1950 §2.2); no bare stream that a coder makes begins so. */
  private static boolean isZlib(int firstByte) {
    return (firstByte & 0x8f) == 0x08;
  }

  private void header(int octet) throws IOException {
    switch (state) {
      case FIXED_HEADER -> fixedHeader(octet);
      case EXTRA_LENGTH -> {
        extraBytes |= octet << (8 * count++);
        if (count == 2) {
          enter(extraBytes == 0 ? State.NAME : State.EXTRA);
        }
      }
      case EXTRA -> {
        if (++count == extraBytes) {
          enter(State.NAME);
        }
      }
      case NAME -> {
        if (octet == 0) {
          enter(State.COMMENT);
        }
      }
      case COMMENT -> {
        if (octet == 0) {
          enter(State.HEADER_CHECKSUM);
        }
      }
      default -> {
        if (++count == 2) {
          enter(State.BODY);
        }
      }
    }
  }

  private void fixedHeader(int octet) throws IOException {
    boolean wrong =
        switch (count) {
          case 0 -> octet != 0x1f;
          case 1 -> octet != 0x8b;
          case 2 -> octet != 8;
          case 3 -> (octet & RESERVED_FLAGS) != 0;
          default -> false;
        };
    if (wrong) {
      throw new IOException("no gzip header");
    }
    if (count == 3) {
      flags = octet;
    }
    if (++count == FIXED_HEADER_BYTES) {
      extraBytes = 0;
      enter(State.EXTRA_LENGTH);
    }
  }

  /** Goes to a part of the header, or past it where the flags say that there is none. */
  private void enter(State next) {
    count = 0;
    state = next;
    if (state == State.EXTRA_LENGTH && (flags & FLAG_EXTRA) == 0) {
      state = State.NAME;
    }
    if (state == State.NAME && (flags & FLAG_NAME) == 0) {
      state = State.COMMENT;
    }
    if (state == State.COMMENT && (flags & FLAG_COMMENT) == 0) {
      state = State.HEADER_CHECKSUM;
    }
    if (state == State.HEADER_CHECKSUM && (flags & FLAG_HEADER_CHECKSUM) == 0) {
      state = State.BODY;
    }
  }

  private void trailer(int octet) throws IOException {
    trailer |= (long) octet << (8 * count++);
    if (count < TRAILER_BYTES) {
      return;
    }
    Inflater active = inflater;
    if (active == null
        || (trailer & 0xffffffffL) != checksum.getValue()
        || trailer >>> 32 != (active.getBytesWritten() & 0xffffffffL)) {
      throw new IOException("wrong gzip checksum or length");
    }
    members++;
    active.reset();
    checksum.reset();
    count = 0;
    state = State.FIXED_HEADER;
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
