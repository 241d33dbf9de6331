package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http3.Http3ControlStreamFrame;
import io.netty.handler.codec.http3.Http3UnknownFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.nio.charset.StandardCharsets;

/**
 * Priorities of one connection's responses (RFC 9218): from the requests, and from PRIORITY_UPDATE
 * frames on the client's control stream (§7.2), which Netty passes on as unknown ones.
 */
final class Http3Priorities extends SimpleChannelInboundHandler<Http3ControlStreamFrame> {
  private static final long UPDATE_OF_REQUEST = 0xF0700;
  private static final long UPDATE_OF_PUSH = 0xF0701;

  /** Client-initiated bidirectional streams have ids that are multiples of this. */
  private static final long STREAM_ID_STEP = 4;

  /** quiche's own default for control streams is the last of its scale; requests come before it. */
  private static final int QUIC_BASE_URGENCY = 120;

  private final int maxStreams;
  private final Runnable onBadId;
  private final LongObjectMap<QuicStreamChannel> open = new LongObjectHashMap<>();

  /** What was said of streams before they opened, or about them since. */
  private final LongObjectMap<Priority> updates = new LongObjectHashMap<>();

  private long nextId;

  /**
   * @param maxStreams that may be open at once
   * @param onBadId ends the connection with H3_ID_ERROR
   */
  Http3Priorities(int maxStreams, Runnable onBadId) {
    this.maxStreams = maxStreams;
    this.onBadId = onBadId;
  }

  void opened(QuicStreamChannel stream) {
    open.put(stream.streamId(), stream);
    nextId = Math.max(nextId, stream.streamId() + STREAM_ID_STEP);
  }

  void closed(QuicStreamChannel stream) {
    open.remove(stream.streamId());
    updates.remove(stream.streamId());
  }

  /** Orders a response as its request asks, unless a frame has said otherwise. */
  void begin(QuicStreamChannel stream, Request request) {
    Priority update = updates.get(stream.streamId());
    String value = request.header("priority");
    if (update != null) {
      apply(stream, update);
    } else {
      apply(stream, value == null ? Priority.DEFAULT : Priority.parse(value, Priority.DEFAULT));
    }
  }

  private static void apply(QuicStreamChannel stream, Priority priority) {
    stream.updatePriority(
        new QuicStreamPriority(QUIC_BASE_URGENCY + priority.urgency(), priority.incremental()));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Http3ControlStreamFrame frame) {
    if (frame instanceof Http3UnknownFrame unknown) {
      if (unknown.type() == UPDATE_OF_REQUEST) {
        update(unknown.content());
      } else if (unknown.type() == UPDATE_OF_PUSH) {
        onBadId.run(); // nothing was ever pushed
      }
    }
  }

  private void update(ByteBuf payload) {
    long id = readVariableLengthInteger(payload);
    // Streams that the client may open: as many as the limit beside those it has opened.
    if (id < 0 || id % STREAM_ID_STEP != 0 || id >= nextId + maxStreams * STREAM_ID_STEP) {
      onBadId.run();
      return;
    }
    Priority priority =
        Priority.parse(payload.toString(StandardCharsets.US_ASCII), Priority.DEFAULT);
    QuicStreamChannel stream = open.get(id);
    if (stream != null) {
      apply(stream, priority);
    }
    if (stream != null || id >= nextId) {
      updates.put(id, priority); // so that at most 2 * maxStreams are kept
    }
  }

  /** RFC 9000 §16; -1 if it is cut short. */
  private static long readVariableLengthInteger(ByteBuf in) {
    if (!in.isReadable()) {
      return -1;
    }
    int length = 1 << (in.getUnsignedByte(in.readerIndex()) >> 6);
    if (in.readableBytes() < length) {
      return -1;
    }
    return switch (length) {
      case 1 -> in.readByte() & 0x3F;
      case 2 -> in.readShort() & 0x3FFF;
      case 4 -> in.readInt() & 0x3FFF_FFFF;
      default -> in.readLong() & 0x3FFF_FFFF_FFFF_FFFFL;
    };
  }
}
