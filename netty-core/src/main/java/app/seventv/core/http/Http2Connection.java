package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.Collection;

/**
 * State of one HTTP/2 connection: its streams, windows, settings and limits (RFC 9113 §5, §6). Acts
 * on frames that {@link Http2Reader} has read; answers through {@link Http2Writer}. Nothing here
 * throws at a client's mistakes: {@link #streamError} and {@link #fail} answer them.
 */
final class Http2Connection {
  /** Unread request bytes of all streams. Above one stream's: a paused one must not stop others. */
  private static final int RECEIVE_WINDOW_BYTES = 2 * Http2Stream.RECEIVE_WINDOW_BYTES;

  private final ServerContext server;
  private final Connection facts;
  private final ChannelHandlerContext ctx;
  private final Http2Handler handler;
  private final Http2Writer writer;
  private final Http2Scheduler scheduler = new Http2Scheduler();
  private final IntObjectMap<Http2Stream> streams = new IntObjectHashMap<>();
  private final Http2ClosedStreams closedStreams = new Http2ClosedStreams();
  private final IntObjectMap<Priority> earlyPriorities = new IntObjectHashMap<>(0);
  private final Http2PeerSettings peer = new Http2PeerSettings();
  private final Http2Floods floods;

  private boolean open = true;
  private long nowNs;
  private long lastFrameNs;
  private int lastStreamId;
  private int acceptedUpTo = Integer.MAX_VALUE;
  private int requests;
  private int receiveWindow = RECEIVE_WINDOW_BYTES;
  private int unreturnedBytes;
  private long dataBytesSent;

  Http2Connection(
      ServerContext server, Connection facts, ChannelHandlerContext ctx, Http2Handler handler) {
    this.server = server;
    this.facts = facts;
    this.ctx = ctx;
    this.handler = handler;
    this.writer = new Http2Writer(ctx);
    nowNs = System.nanoTime();
    lastFrameNs = nowNs;
    floods = new Http2Floods(server.limits, nowNs);
  }

  /** RFC 9113 §3.4: the server's preface. */
  void sendSettings() {
    writer.settings(
        Http2Frames.SETTINGS_MAX_CONCURRENT_STREAMS,
        server.limits.maxConcurrentStreams(),
        Http2Frames.SETTINGS_INITIAL_WINDOW_SIZE,
        Http2Stream.RECEIVE_WINDOW_BYTES,
        Http2Frames.SETTINGS_MAX_HEADER_LIST_SIZE,
        server.limits.maxHeaderBytes(),
        Http2Frames.SETTINGS_ENABLE_CONNECT_PROTOCOL,
        1,
        Http2Frames.SETTINGS_NO_RFC7540_PRIORITIES,
        1);
    writer.windowUpdate(0, RECEIVE_WINDOW_BYTES - Http2Frames.INITIAL_WINDOW_BYTES);
    flush();
  }

  // What the parts ask of each other.

  Http2Writer writer() {
    return writer;
  }

  Http2Scheduler scheduler() {
    return scheduler;
  }

  HttpLimits limits() {
    return server.limits;
  }

  EventLoop eventLoop() {
    return ctx.channel().eventLoop();
  }

  ByteBufAllocator alloc() {
    return ctx.alloc();
  }

  /** Now; while frames are being read, the time at which they came. */
  long nowNs() {
    return handler.inRead() ? nowNs : System.nanoTime();
  }

  void wakeUp() {
    nowNs = System.nanoTime();
  }

  /** False once the connection has failed or is closed: nothing is read any more. */
  boolean isOpen() {
    return open;
  }

  Collection<Http2Stream> streams() {
    return streams.values();
  }

  long lastFrameNs() {
    return lastFrameNs;
  }

  long dataBytesSent() {
    return dataBytesSent;
  }

  void flush() {
    handler.flushSoon();
  }

  /** Whether a small response may go out without waiting for its turn. */
  boolean canSendNow(int bytes) {
    return scheduler.isIdle() && bytes <= scheduler.window() && ctx.channel().isWritable();
  }

  void dataSent(int bytes) {
    scheduler.sent(bytes);
    dataBytesSent += bytes;
    floods.dataSent();
  }

  /** Gives window back to the client, for a stream (unless 0) and for the connection. */
  void returnWindow(int streamId, int bytes) {
    if (streamId != 0) {
      queuedControlFrame();
      writer.windowUpdate(streamId, bytes);
      flush();
    }
    unreturnedBytes += bytes;
    if (unreturnedBytes >= RECEIVE_WINDOW_BYTES / 4 && open) {
      queuedControlFrame();
      writer.windowUpdate(0, unreturnedBytes);
      flush();
      receiveWindow += unreturnedBytes;
      unreturnedBytes = 0;
    }
  }

  // Frames of a stream.

  /** A whole header block: the head of a request or its trailers. */
  void headers(int id, Http2Fields fields, boolean end, boolean tooLarge, boolean dependsOnItself) {
    Http2Stream stream = streams.get(id);
    if (stream != null) {
      trailers(stream, fields, end && !tooLarge && !dependsOnItself);
    } else if ((id & 1) == 0) {
      fail(Http2Error.PROTOCOL_ERROR, "clients have odd stream ids", "protocol-error");
    } else if (id <= lastStreamId) {
      headersOfClosedStream(id);
    } else {
      lastStreamId = id;
      if (id > acceptedUpTo) {
        closedStreams.add(id, true); // RFC 9113 §6.8: the client sends it elsewhere
      } else if (streams.size() >= server.limits.maxConcurrentStreams()) {
        refuse(id, Http2Error.REFUSED_STREAM);
      } else if (tooLarge) {
        answerTooLarge(id, end);
      } else if (dependsOnItself
          || !fields.finishRequest()
          || (end && fields.contentLength() > 0)) {
        server.observer.dropped(Protocol.HTTP_2, "malformed-request");
        refuse(id, Http2Error.PROTOCOL_ERROR);
      } else {
        request(id, fields, end);
      }
    }
  }

  private void trailers(Http2Stream stream, Http2Fields fields, boolean wellFormed) {
    if (stream.remoteEnded()) {
      streamError(stream.id(), Http2Error.STREAM_CLOSED);
    } else if (!wellFormed || !fields.finishTrailers() || !stream.fitsLength(0, true)) {
      streamError(stream.id(), Http2Error.PROTOCOL_ERROR);
    } else {
      stream.bodyEnd(fields.fields());
    }
  }

  private void headersOfClosedStream(int id) {
    switch (closedStreams.find(id)) {
      case RESET_BY_US -> controlFrame(); // was on its way (RFC 9113 §5.1)
      case CLOSED -> fail(Http2Error.STREAM_CLOSED, "HEADERS on a closed stream", "protocol-error");
      case UNKNOWN -> fail(Http2Error.PROTOCOL_ERROR, "stream ids must increase", "protocol-error");
    }
  }

  /** RFC 6585 §5: an answer for this request; the connection goes on. */
  private void answerTooLarge(int id, boolean end) {
    server.observer.dropped(Protocol.HTTP_2, "header-too-large");
    writer.headers(id, 431, EmptyHttpHeaders.INSTANCE, true);
    if (!end) {
      queuedControlFrame();
      writer.rstStream(id, Http2Error.NO_ERROR);
    }
    closedStreams.add(id, !end);
    flush();
  }

  private void request(int id, Http2Fields fields, boolean end) {
    String protocol = fields.connectProtocol();
    Priority priority = earlyPriorities.remove(id);
    if (priority == null) {
      CharSequence field = fields.priority();
      Priority absent = protocol == null ? Priority.DEFAULT : Priority.TUNNEL;
      priority = field == null ? absent : Priority.parse(field, absent);
    }
    Http2Stream stream =
        new Http2Stream(this, id, fields, end, peer.windowBytes(), priority, nowNs);
    streams.put(id, stream);
    floods.streamOpened();
    handler.streamOpened();
    requests++;
    if (requests == server.limits.maxRequestsPerConnection() || server.draining()) {
      handler.drain();
    }
    Request request =
        new Request(fields.methodName(), fields.target(), fields.fields(), facts, protocol);
    HttpExchange exchange = new HttpExchange(server, stream, request, nowNs);
    stream.begin(exchange);
    try {
      if (protocol == null && request.method().equals("CONNECT")) {
        throw new HttpError(501, "this server is no proxy");
      }
      server.handler.handle(exchange);
    } catch (Exception failure) {
      exchange.fail(failure);
    }
    if (end) {
      stream.bodyEnd(EmptyHttpHeaders.INSTANCE);
    }
  }

  void data(int id, ByteBuf data, int flowControlled, boolean end) {
    receiveWindow -= flowControlled;
    if (receiveWindow < 0) {
      fail(Http2Error.FLOW_CONTROL_ERROR, "connection window overrun", "protocol-error");
      return;
    }
    if (!data.isReadable() && !end) {
      controlFrame();
    }
    Http2Stream stream = streams.get(id);
    if (stream == null) {
      returnWindow(0, flowControlled);
      dataWithoutStream(id);
    } else if (stream.remoteEnded()) {
      returnWindow(0, flowControlled);
      streamError(id, Http2Error.STREAM_CLOSED);
    } else if (!stream.receive(flowControlled)) {
      streamError(id, Http2Error.FLOW_CONTROL_ERROR);
    } else if (!stream.fitsLength(data.readableBytes(), end)) {
      streamError(id, Http2Error.PROTOCOL_ERROR);
    } else {
      stream.body(data);
      if (end && streams.get(id) == stream) { // the handler may have reset it
        stream.bodyEnd(EmptyHttpHeaders.INSTANCE);
      }
    }
  }

  private void dataWithoutStream(int id) {
    if (isIdle(id)) {
      fail(Http2Error.PROTOCOL_ERROR, "DATA on an idle stream", "protocol-error");
    } else if (closedStreams.find(id) != Http2ClosedStreams.Memory.RESET_BY_US) {
      streamError(id, Http2Error.STREAM_CLOSED);
    }
  }

  private boolean isIdle(int id) {
    return id > lastStreamId || (id & 1) == 0;
  }

  void rstStream(int id) {
    Http2Stream stream = streams.get(id);
    if (stream == null && isIdle(id)) {
      fail(Http2Error.PROTOCOL_ERROR, "RST_STREAM on an idle stream", "protocol-error");
    } else if (floods.tooManyResets(nowNs)) {
      fail(Http2Error.ENHANCE_YOUR_CALM, "too many resets", "reset-flood");
    } else if (stream != null) {
      closed(stream, false);
      stream.broken();
    }
  }

  void windowUpdate(int id, int increment) {
    if (floods.isUselessUpdate()) {
      controlFrame();
    }
    Http2Stream stream = streams.get(id);
    if (id == 0) {
      if (increment == 0) {
        fail(Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE of 0", "protocol-error");
      } else if (!scheduler.increaseWindow(increment)) {
        fail(Http2Error.FLOW_CONTROL_ERROR, "window above 2^31-1", "protocol-error");
      } else {
        flush();
      }
    } else if (stream == null && isIdle(id)) {
      fail(Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream", "protocol-error");
    } else if (increment == 0) {
      streamError(id, Http2Error.PROTOCOL_ERROR);
    } else if (stream != null && !stream.increaseWindow(increment)) {
      streamError(id, Http2Error.FLOW_CONTROL_ERROR);
    } else {
      flush();
    }
  }

  /** RFC 9218 §7.1; a stream may be prioritized before it opens. */
  void priorityUpdate(int id, String value) {
    controlFrame();
    Http2Stream stream = streams.get(id);
    if (id == 0 || (id & 1) == 0) {
      fail(Http2Error.PROTOCOL_ERROR, "PRIORITY_UPDATE for no request", "protocol-error");
    } else if (stream != null) {
      stream.reprioritize(Priority.parse(value, Priority.DEFAULT));
      flush();
    } else if (isIdle(id)) {
      keepPriority(id, Priority.parse(value, Priority.DEFAULT));
    }
  }

  /** Until its stream opens; as many as streams, and none of ids that were passed over. */
  private void keepPriority(int id, Priority priority) {
    int max = server.limits.maxConcurrentStreams();
    if (earlyPriorities.size() >= max) {
      earlyPriorities.keySet().removeIf(early -> early <= lastStreamId);
    }
    if (earlyPriorities.size() < max) {
      earlyPriorities.put(id, priority);
    }
  }

  // Frames of the connection.

  void frameArrived() {
    lastFrameNs = nowNs;
  }

  void settings(ByteBuf payload, boolean first) {
    if (!first) {
      controlFrame();
    }
    long windowBefore = peer.windowBytes();
    while (payload.isReadable() && open) {
      Http2Error error = peer.apply(payload.readUnsignedShort(), payload.readUnsignedInt(), writer);
      if (error != null) {
        fail(error, "bad setting", "protocol-error");
      }
    }
    long change = peer.windowBytes() - windowBefore;
    for (Http2Stream stream : streams.values()) {
      if (open && change != 0 && !stream.increaseWindow(change)) {
        fail(Http2Error.FLOW_CONTROL_ERROR, "window above 2^31-1", "protocol-error");
        return;
      }
    }
    if (open) {
      queuedControlFrame();
      writer.settingsAck();
      flush();
    }
  }

  void ping(boolean ack, long data) {
    controlFrame();
    if (ack) {
      handler.pingAcknowledged(data);
    } else if (open) {
      queuedControlFrame();
      writer.ping(true, data);
      flush();
    }
  }

  // Limits.

  /** Counts a frame that brings nothing forward. */
  void controlFrame() {
    if (floods.tooManyControlFrames(nowNs)) {
      fail(Http2Error.ENHANCE_YOUR_CALM, "too many control frames", "control-flood");
    }
  }

  /** Counts an answer that the client does not take. */
  private void queuedControlFrame() {
    if (floods.tooManyAnswers(ctx.channel().isWritable())) {
      fail(Http2Error.ENHANCE_YOUR_CALM, "answers are not read", "control-flood");
    }
  }

  // Ends.

  /** A client's mistake that concerns one stream, open or not (RFC 9113 §5.4.2). */
  void streamError(int id, Http2Error error) {
    Http2Stream stream = streams.get(id);
    if (stream == null && isIdle(id)) {
      fail(error, "error on an idle stream", "protocol-error"); // it cannot be reset
    } else {
      if (stream == null) {
        refuse(id, error);
      } else {
        server.observer.dropped(Protocol.HTTP_2, "malformed-request");
        closed(stream, true);
        resetForFault(id, error);
        stream.broken();
      }
    }
  }

  /** Resets a stream that never was, or is no more. */
  private void refuse(int id, Http2Error error) {
    closedStreams.add(id, true);
    resetForFault(id, error);
  }

  /** Resets a stream for its client's fault; those count like the client's own. */
  private void resetForFault(int id, Http2Error error) {
    if (floods.tooManyResets(nowNs)) {
      fail(Http2Error.ENHANCE_YOUR_CALM, "too many stream errors", "reset-flood");
      return;
    }
    queuedControlFrame();
    writer.rstStream(id, error);
    flush();
  }

  /** Resets a stream for a reason of our own. */
  void reset(Http2Stream stream, Http2Error error) {
    closed(stream, true);
    if (open) {
      writer.rstStream(stream.id(), error);
      flush();
    }
    stream.broken();
  }

  /** Asks a client that has its whole response not to go on (RFC 9113 §8.1). */
  void stop(Http2Stream stream) {
    reset(stream, Http2Error.NO_ERROR);
  }

  /** Forgets a stream. */
  void closed(Http2Stream stream, boolean resetByUs) {
    if (streams.remove(stream.id()) == null) {
      return;
    }
    closedStreams.add(stream.id(), resetByUs);
    scheduler.remove(stream);
    stream.close();
    returnWindow(0, stream.takeUnreturned());
    if (streams.isEmpty()) {
      handler.lastStreamClosed();
    }
  }

  /** Refuses later streams with the last GOAWAY (RFC 9113 §6.8); returns the last that counts. */
  int refuseNewStreams() {
    acceptedUpTo = Math.min(acceptedUpTo, lastStreamId);
    return acceptedUpTo;
  }

  /** Ends the connection for its client's fault (RFC 9113 §5.4.1). */
  void fail(Http2Error error, String reason, String dropped) {
    if (open) {
      server.observer.dropped(Protocol.HTTP_2, dropped);
      open = false;
      handler.failed(error, reason, lastStreamId);
      closeStreams();
    }
  }

  /** The channel is gone, or is about to go. */
  void closeStreams() {
    open = false;
    for (Http2Stream stream : new ArrayList<>(streams.values())) {
      closed(stream, false);
      stream.broken();
    }
  }

  Channel channel() {
    return ctx.channel();
  }
}
