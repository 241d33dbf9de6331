package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayList;
import java.util.Collection;

/**
 * State of one HTTP/2 connection: its windows, settings and limits (RFC 9113 §5, §6). Acts on the
 * frames of control that {@link Http2Reader} has read, and leaves those that carry messages to
 * {@link Http2Requests}; answers through {@link Http2Writer}. Nothing here throws at a client's
 * mistakes: {@link #streamError} and {@link #fail} answer them.
 */
final class Http2Connection {
  /** Unread request bytes of all streams. Above one stream's: a paused one must not stop others. */
  private static final int RECEIVE_WINDOW_BYTES = 2 * Http2RequestBody.WINDOW_BYTES;

  private static final int WORTH_RETURNING_BYTES = RECEIVE_WINDOW_BYTES / 4;

  private final ServerContext server;
  private final ChannelHandlerContext ctx;
  private final Http2Handler handler;
  private final Http2Writer writer;
  private final Http2Scheduler scheduler = new Http2Scheduler();
  private final Http2StreamTable streams;
  private final Http2Requests requests;
  private final Http2PeerSettings peer = new Http2PeerSettings();
  private final Http2Floods floods;

  private boolean open = true;
  private boolean clientEnded;
  private long nowNs;
  private long lastFrameNs;
  private int receiveWindow = RECEIVE_WINDOW_BYTES;
  private int unreturnedBytes;
  private long dataBytesSent;

  Http2Connection(
      ServerContext server, Connection facts, ChannelHandlerContext ctx, Http2Handler handler) {
    this.server = server;
    this.ctx = ctx;
    this.handler = handler;
    this.writer = new Http2Writer(ctx);
    this.streams = new Http2StreamTable(server.limits.maxConcurrentStreams());
    this.requests = new Http2Requests(server, facts, this, streams);
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
        Http2RequestBody.WINDOW_BYTES,
        Http2Frames.SETTINGS_MAX_HEADER_LIST_SIZE,
        server.limits.maxHeaderListBytes(),
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

  /** Acts on frames that carry messages. */
  Http2Requests requests() {
    return requests;
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
    return streams.open();
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

  /** A DATA frame came; false if the client overran the connection's window. */
  boolean receive(int flowControlled) {
    receiveWindow -= flowControlled;
    if (receiveWindow < 0) {
      fail(Http2Error.FLOW_CONTROL_ERROR, "connection window overrun", "protocol-error");
    }
    return receiveWindow >= 0;
  }

  /** Whether streams that are not being read keep the client from sending on any of them. */
  boolean isReceiveWindowShut() {
    return receiveWindow == 0;
  }

  /**
   * A request has come.
   *
   * @param last whether the connection takes no more after it
   */
  void streamOpened(Http2Stream stream, boolean last) {
    streams.add(stream);
    floods.streamOpened();
    handler.streamOpened();
    if (last) {
      handler.drain();
    }
  }

  /** Window that the client gives to the response of a new stream. */
  long peerWindowBytes() {
    return peer.windowBytes();
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

  /** Gives a stream's window back to the client. */
  void returnStreamWindow(int streamId, int bytes) {
    queuedControlFrame();
    writer.windowUpdate(streamId, bytes);
    flush();
  }

  /** Gives the connection's window back, once it is worth a frame or the client may need it. */
  void returnWindow(int bytes) {
    unreturnedBytes += bytes;
    int worth = receiveWindow > WORTH_RETURNING_BYTES ? WORTH_RETURNING_BYTES : 1;
    if (unreturnedBytes >= worth && open) {
      queuedControlFrame();
      writer.windowUpdate(0, unreturnedBytes);
      flush();
      receiveWindow += unreturnedBytes;
      unreturnedBytes = 0;
    }
  }

  // Frames that control a stream.

  void rstStream(int id) {
    Http2Stream stream = streams.get(id);
    if (stream == null && streams.isIdle(id)) {
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
    } else if (stream == null && streams.isIdle(id)) {
      fail(Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream", "protocol-error");
    } else if (increment == 0) {
      streamError(id, Http2Error.PROTOCOL_ERROR);
    } else if (stream != null && !stream.changeWindow(increment)) {
      streamError(id, Http2Error.FLOW_CONTROL_ERROR);
    } else {
      flush();
    }
  }

  /** RFC 9218 §7.1; a stream may be prioritized before it opens. */
  void priorityUpdate(int id, String value) {
    controlFrame();
    Http2Stream stream = streams.get(id);
    if (id == 0 || !Http2StreamTable.isOfClient(id)) {
      fail(Http2Error.PROTOCOL_ERROR, "PRIORITY_UPDATE for no request", "protocol-error");
    } else if (stream != null) {
      stream.reprioritize(Priority.parse(value, Priority.DEFAULT));
      flush();
    } else if (streams.isIdle(id)) {
      streams.keepPriority(id, Priority.parse(value, Priority.DEFAULT));
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
    for (Http2Stream stream : streams.open()) {
      if (open && change != 0 && !stream.changeWindow(change)) {
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
  void queuedControlFrame() {
    if (floods.tooManyAnswers(ctx.channel().isWritable())) {
      fail(Http2Error.ENHANCE_YOUR_CALM, "answers are not read", "control-flood");
    }
  }

  // Ends.

  /** A client's mistake that concerns one stream, open or not (RFC 9113 §5.4.2). */
  void streamError(int id, Http2Error error) {
    Http2Stream stream = streams.get(id);
    if (stream == null && streams.isIdle(id)) {
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
  void refuse(int id, Http2Error error) {
    streams.closed(id, true);
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
    if (!streams.remove(stream, resetByUs)) {
      return;
    }
    scheduler.remove(stream);
    stream.close();
    returnWindow(stream.input().takeHeld());
    if (streams.open().isEmpty()) {
      handler.lastStreamClosed();
    }
  }

  /** Refuses later streams with the last GOAWAY (RFC 9113 §6.8); returns the last that counts. */
  int refuseNewStreams() {
    return streams.refuseNew();
  }

  /** Ends the connection for its client's fault (RFC 9113 §5.4.1). */
  void fail(Http2Error error, String reason, String dropped) {
    if (open) {
      server.observer.dropped(Protocol.HTTP_2, dropped);
      open = false;
      handler.failed(error, reason, streams.lastId());
      closeStreams();
    }
  }

  /** Nothing more comes: ends the streams that need it, now or by what was sent meanwhile. */
  void endInput() {
    clientEnded = true;
    boolean shut = scheduler.window() <= 0;
    for (Http2Stream stream : new ArrayList<>(streams.open())) {
      if (stream.needsClient() || (shut && stream.queuedBytes() > 0)) {
        reset(stream, Http2Error.CANCEL);
      }
    }
  }

  /** Whether the client has ended its half. */
  boolean clientEnded() {
    return clientEnded;
  }

  /** The channel is gone, or is about to go. */
  void closeStreams() {
    open = false;
    for (Http2Stream stream : new ArrayList<>(streams.open())) {
      closed(stream, false);
      stream.broken();
    }
  }

  Channel channel() {
    return ctx.channel();
  }
}
