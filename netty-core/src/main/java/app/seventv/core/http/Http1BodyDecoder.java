package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Takes the body of a request out of the bytes behind its head (RFC 9112 §6, §7.1). */
final class Http1BodyDecoder {
  /** A size line: digits and extensions. */
  private static final int MAX_CHUNK_LINE_BYTES = 1 << 10;

  /** All extensions of a body; nobody uses them for good. */
  private static final int MAX_EXTENSION_BYTES = 8 << 10;

  /** Fifteen digits stay below 2^60. */
  private static final int MAX_SIZE_DIGITS = 15;

  private enum State {
    FIXED,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS,
    DONE
  }

  private final Http1HeadParser parser;
  private State state = State.DONE;
  private long remaining;
  private int extensionBytes;
  private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;

  /**
   * @param parser reads the trailers
   */
  Http1BodyDecoder(Http1HeadParser parser) {
    this.parser = parser;
  }

  /** Begins the body of a request. */
  void start(long contentLength) {
    trailers = EmptyHttpHeaders.INSTANCE;
    extensionBytes = 0;
    remaining = contentLength;
    if (contentLength == Http1Head.CHUNKED) {
      state = State.CHUNK_SIZE;
    } else {
      state = contentLength == Http1Head.NO_BODY ? State.DONE : State.FIXED;
    }
  }

  /** Whether the whole body has been taken. */
  boolean done() {
    return state == State.DONE;
  }

  /** Trailer fields; empty before the end. */
  HttpHeaders trailers() {
    return trailers;
  }

  /**
   * Takes the next part.
   *
   * @param in consumed as far as it is understood
   * @return some data, which the caller must release, or null at the end or when bytes are missing
   * @throws Http1Refusal if the chunks are malformed
   */
  @Nullable ByteBuf next(ByteBuf in) {
    while (true) {
      switch (state) {
        case FIXED, CHUNK_DATA -> {
          return data(in);
        }
        case CHUNK_SIZE -> {
          if (!chunkSize(in)) {
            return null;
          }
        }
        case CHUNK_END -> {
          if (!chunkEnd(in)) {
            return null;
          }
        }
        case TRAILERS -> {
          HttpHeaders fields = parser.parseTrailers(in);
          if (fields == null) {
            return null;
          }
          trailers = fields;
          state = State.DONE;
        }
        case DONE -> {
          return null;
        }
      }
    }
  }

  private @Nullable ByteBuf data(ByteBuf in) {
    int bytes = (int) Math.min(remaining, in.readableBytes());
    if (bytes == 0) {
      return null;
    }
    remaining -= bytes;
    if (remaining == 0) {
      state = state == State.FIXED ? State.DONE : State.CHUNK_END;
    }
    return in.readRetainedSlice(bytes);
  }

  /** Data ends in CR LF and nothing else; leniency here is CVE-2025-58056. */
  private boolean chunkEnd(ByteBuf in) {
    int at = in.readerIndex();
    int available = in.readableBytes();
    if ((available > 0 && in.getByte(at) != '\r')
        || (available > 1 && in.getByte(at + 1) != '\n')) {
      throw Http1Refusal.CHUNK;
    }
    if (available < 2) {
      return false;
    }
    in.skipBytes(2);
    state = State.CHUNK_SIZE;
    return true;
  }

  private boolean chunkSize(ByteBuf in) {
    int start = in.readerIndex();
    int visible = Math.min(in.readableBytes(), MAX_CHUNK_LINE_BYTES);
    int lineFeed = in.indexOf(start, start + visible, (byte) '\n');
    if (lineFeed < 0) {
      if (visible == MAX_CHUNK_LINE_BYTES) {
        throw Http1Refusal.CHUNK;
      }
      return false;
    }
    int end = lineFeed - 1;
    if (end <= start || in.getByte(end) != '\r') {
      throw Http1Refusal.CHUNK;
    }
    long size = 0;
    int at = start;
    for (int digit = hex(in.getByte(at)); digit >= 0; digit = hex(in.getByte(++at))) {
      size = size << 4 | digit;
      if (at - start == MAX_SIZE_DIGITS) {
        throw Http1Refusal.CHUNK;
      }
    }
    if (at == start) {
      throw Http1Refusal.CHUNK;
    }
    extensionBytes += end - at;
    if (extensionBytes > MAX_EXTENSION_BYTES) {
      throw Http1Refusal.CHUNK_EXTENSIONS;
    }
    extensions(in, at, end);
    in.readerIndex(lineFeed + 1);
    remaining = size;
    state = size == 0 ? State.TRAILERS : State.CHUNK_DATA;
    return true;
  }

  private static int hex(byte c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /**
   * Checks {@code *( ";" name [ "=" ( token / quoted-string ) ] )}, without the space that RFC 9112
   * §7.1.1 tolerates. Extensions mean nothing here, but a quoted line end hides a request from
   * those who do not look (CVE-2026-33870).
   */
  private static void extensions(ByteBuf in, int from, int end) {
    int at = from;
    while (at < end) {
      if (in.getByte(at) != ';') {
        throw Http1Refusal.CHUNK;
      }
      int name = at + 1;
      at = token(in, name, end);
      if (at == name) {
        throw Http1Refusal.CHUNK;
      }
      if (at < end && in.getByte(at) == '=') {
        int value = at + 1;
        boolean quoted = value < end && in.getByte(value) == '"';
        at = quoted ? quotedString(in, value, end) : token(in, value, end);
        if (at == value) {
          throw Http1Refusal.CHUNK;
        }
      }
    }
  }

  private static int token(ByteBuf in, int from, int end) {
    int at = from;
    while (at < end && Http1Syntax.isToken(in.getByte(at))) {
      at++;
    }
    return at;
  }

  /** Index after the closing quote (RFC 9110 §5.6.4). */
  private static int quotedString(ByteBuf in, int from, int end) {
    int at = from + 1;
    while (at < end && in.getByte(at) != '"') {
      if (in.getByte(at) == '\\') {
        at++;
      }
      if (at >= end || !Http1Syntax.isValue(in.getByte(at))) {
        throw Http1Refusal.CHUNK;
      }
      at++;
    }
    if (at >= end) {
      throw Http1Refusal.CHUNK;
    }
    return at + 1;
  }
}
