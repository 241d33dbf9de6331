package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.nio.charset.StandardCharsets;

/**
 * Priorities of one connection's responses (RFC 9218): from the requests, and from PRIORITY_UPDATE
 * frames on the client's control stream (§7.2).
 */
final class Http3Priorities {
  /** quiche's own default for streams is the last of its scale; requests come before it. */
  private static final int QUIC_BASE_URGENCY = 120;

  private final Http3Connection connection;
  private final int maxStreams;

  /** What was said of streams before they opened, or about them since. */
  private final LongObjectMap<Priority> updates = new LongObjectHashMap<>();

  private long nextId;

  /**
   * @param maxStreams that may be open at once
   */
  Http3Priorities(Http3Connection connection, int maxStreams) {
    this.connection = connection;
    this.maxStreams = maxStreams;
  }

  void opened(long id) {
    nextId = Math.max(nextId, id + Http3Frames.STREAM_ID_STEP);
  }

  void closed(long id) {
    updates.remove(id);
  }

  /** How a response is ordered: as its request asks, unless a frame has said otherwise. */
  Priority of(long id, Request request) {
    Priority update = updates.isEmpty() ? null : updates.get(id);
    String value = request.header("priority");
    if (update != null) {
      return update;
    }
    return value == null ? Priority.DEFAULT : Priority.parse(value, Priority.DEFAULT);
  }

  /** Tells quiche. */
  void apply(long id, Priority priority) {
    connection.quic().priority(id, QUIC_BASE_URGENCY + priority.urgency(), priority.incremental());
  }

  /** Takes the payload of an update of a request. */
  void update(ByteBuf payload) {
    Http3VarInt number = new Http3VarInt();
    long id = number.read(payload) ? number.value() : -1;
    // Streams that the client may open: as many as the limit beside those it has opened.
    if (id < 0
        || id % Http3Frames.STREAM_ID_STEP != 0
        || id >= nextId + maxStreams * Http3Frames.STREAM_ID_STEP) {
      connection.violated(Http3ErrorCode.H3_ID_ERROR);
      return;
    }
    Priority priority =
        Priority.parse(payload.toString(StandardCharsets.US_ASCII), Priority.DEFAULT);
    Http3Stream open = connection.stream(id);
    if (open != null) {
      open.place().order(priority);
    }
    if (open != null || id >= nextId) {
      updates.put(id, priority); // so that at most 2 * maxStreams are kept
    }
  }
}
