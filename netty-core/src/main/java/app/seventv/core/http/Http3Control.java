package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.quic.QuicheStreams;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import org.jspecify.annotations.Nullable;

/**
 * The unidirectional streams of a connection (RFC 9114 §6.2): our control stream, and the client's,
 * of which the control stream is read frame by frame. There is no dynamic QPACK table, so that we
 * need no QPACK streams and the client's have next to nothing to say (RFC 9204 §4.2).
 */
final class Http3Control {
  /** Our control stream: the first one that a server opens in one direction. */
  static final long STREAM_ID = 3;

  /** quiche's most urgent level: control goes before all responses. */
  private static final int URGENCY = 0;

  private final Http3Connection connection;
  private final Http3Output out;
  private final LongObjectMap<Incoming> incoming = new LongObjectHashMap<>();

  /** Types of which there may be one stream each. */
  private boolean controlSeen;

  private boolean encoderSeen;
  private boolean decoderSeen;

  Http3Control(Http3Connection connection) {
    this.connection = connection;
    this.out = new Http3Output(connection.quic(), STREAM_ID, connection.limits());
  }

  // Ours.

  /** Opens our stream with the settings (RFC 9114 §7.2.4). */
  void open(int maxSectionBytes) {
    ByteBuf settings = connection.alloc().directBuffer();
    Http3VarInt.write(settings, Http3Frames.SETTINGS_MAX_FIELD_SECTION_SIZE);
    Http3VarInt.write(settings, maxSectionBytes);
    Http3VarInt.write(settings, Http3Frames.SETTINGS_ENABLE_CONNECT_PROTOCOL);
    Http3VarInt.write(settings, 1);
    ByteBuf frame = connection.alloc().directBuffer();
    Http3VarInt.write(frame, Http3Frames.CONTROL_STREAM);
    Http3Frames.writeHeader(frame, Http3Frames.SETTINGS, settings.readableBytes());
    frame.writeBytes(settings);
    settings.release();
    connection.quic().priority(STREAM_ID, URGENCY, false);
    send(frame);
  }

  /** RFC 9114 §5.2. */
  void goAway(long id) {
    ByteBuf payload = connection.alloc().directBuffer(Long.BYTES);
    Http3VarInt.write(payload, id);
    ByteBuf frame = connection.alloc().directBuffer();
    Http3Frames.writeHeader(frame, Http3Frames.GOAWAY, payload.readableBytes());
    frame.writeBytes(payload);
    payload.release();
    send(frame);
  }

  /** The client may have room for more of our stream. */
  void goOn() {
    if (out.isBlocked()) {
      out.write();
    }
  }

  /** RFC 9114 §6.2.1: the client must not ask us to close our stream. */
  void checkStopped() {
    QuicheStreams quic = connection.quic();
    if (!out.isRefused() && !quic.isClosed() && quic.capacity(STREAM_ID) < 0) {
      connection.violated(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM);
    }
  }

  private void send(ByteBuf frame) {
    out.add(connection.alloc(), frame);
    out.write();
    connection.sendLater();
  }

  // The client's.

  /** A unidirectional stream has something to read. */
  void readable(long id) {
    Incoming stream = incoming.get(id);
    if (stream == null) {
      stream = new Incoming();
      incoming.put(id, stream);
    }
    QuicheStreams quic = connection.quic();
    while (!connection.isOver()) {
      int length = quic.read(id);
      if (length == QuicheStreams.DONE) {
        return;
      }
      boolean end = length < 0 || quic.isEnd();
      if (length > 0) {
        stream.read(quic.data());
      }
      if (end) {
        incoming.remove(id);
        stream.ended();
        return;
      }
    }
  }

  void close() {
    out.close();
    incoming.clear();
  }

  private boolean open(long type) {
    boolean first = true;
    if (type == Http3Frames.CONTROL_STREAM) {
      first = !controlSeen;
      controlSeen = true;
    } else if (type == Http3Frames.QPACK_ENCODER_STREAM) {
      first = !encoderSeen;
      encoderSeen = true;
    } else if (type == Http3Frames.QPACK_DECODER_STREAM) {
      first = !decoderSeen;
      decoderSeen = true;
    }
    return first && type != Http3Frames.PUSH_STREAM; // only servers push
  }

  /** One stream of the client. */
  private final class Incoming {
    private final Http3VarInt number = new Http3VarInt();
    private long type = -1;
    private @Nullable Http3ControlReader frames;

    void read(ByteBuf in) {
      if (type < 0) {
        if (!number.read(in)) {
          return;
        }
        type = number.value();
        if (!open(type)) {
          connection.violated(Http3ErrorCode.H3_STREAM_CREATION_ERROR);
          return;
        }
        if (type == Http3Frames.CONTROL_STREAM) {
          frames = new Http3ControlReader(connection);
        }
      }
      Http3ControlReader reader = frames;
      if (reader != null) {
        reader.read(in);
      } else if (type == Http3Frames.QPACK_ENCODER_STREAM) {
        encoderInstructions(in);
      } else if (type == Http3Frames.QPACK_DECODER_STREAM) {
        decoderInstructions(in);
      } // else unknown: read and thrown away (RFC 9114 §6.2)
    }

    void ended() {
      if (type == Http3Frames.CONTROL_STREAM
          || type == Http3Frames.QPACK_ENCODER_STREAM
          || type == Http3Frames.QPACK_DECODER_STREAM) {
        connection.violated(Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM);
      }
    }

    /** All that a table without room allows is to set its capacity to zero (RFC 9204 §4.3.1). */
    private void encoderInstructions(ByteBuf in) {
      while (in.isReadable()) {
        if (in.readUnsignedByte() != 0x20) {
          connection.violated(Http3ErrorCode.QPACK_ENCODER_STREAM_ERROR);
          return;
        }
      }
    }

    private boolean inCancellation;

    /** Only cancelled streams can be told of (RFC 9204 §4.4.2); nobody needs to know. */
    private void decoderInstructions(ByteBuf in) {
      while (in.isReadable()) {
        int octet = in.readUnsignedByte();
        if (inCancellation) {
          inCancellation = (octet & 0x80) != 0;
        } else if ((octet & 0xC0) == 0x40) {
          inCancellation = (octet & 0x3F) == 0x3F;
        } else {
          connection.violated(Http3ErrorCode.QPACK_DECODER_STREAM_ERROR);
          return;
        }
      }
    }
  }
}
