package app.seventv.core.http;

import io.netty.handler.codec.http3.Http3ErrorCode;
import java.util.concurrent.TimeUnit;

/**
 * What the client of one stream must do in time: send the head and the body without long pauses and
 * not too slowly, end the request after its response, and take the response.
 */
final class Http3StreamWatch implements Http3Deadlines.Watched {
  private final Http3Stream stream;
  private final Http3Connection connection;
  private final HttpLimits limits;

  private long deadlineNs;
  private long bodyStartNs;
  private long pausedNs;
  private long receivedAtLastLookBytes;
  private boolean responded;
  private boolean watched;

  /** Since when the output is blocked, and what had been sent then. */
  private long sendMarkNs;

  private long sentAtMarkBytes;
  private long sentByConnectionAtMarkBytes;
  private boolean sendMarked;

  Http3StreamWatch(Http3Stream stream, Http3Connection connection) {
    this.stream = stream;
    this.connection = connection;
    this.limits = connection.limits();
    deadline(connection.readStartNs(), limits.headerTimeoutMs());
  }

  private void deadline(long nowNs, long timeoutMs) {
    deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  void bodyBegins(long nowNs) {
    bodyStartNs = nowNs;
    deadline(nowNs, limits.bodyTimeoutMs());
  }

  /** We do not read for now. */
  void paused(long nowNs) {
    pausedNs = nowNs;
  }

  /** We read again: the time since was not the client's, which may need some to go on. */
  void resumed(long nowNs) {
    bodyStartNs += nowNs - pausedNs;
    receivedAtLastLookBytes = -1;
  }

  /** The response is complete, the request is not. */
  void responded() {
    responded = true;
    deadline(System.nanoTime(), limits.bodyTimeoutMs());
    update();
  }

  /** Something has been read or written. */
  void update() {
    if (stream.isClosed()) {
      return;
    }
    if (!stream.out().isBlocked()) {
      sendMarked = false;
    } else if (!sendMarked) {
      mark(System.nanoTime());
    }
    if (!watched && isNeeded()) {
      watched = true;
      connection.deadlines().watch(this);
    }
  }

  private void mark(long nowNs) {
    sendMarked = true;
    sendMarkNs = nowNs;
    sentAtMarkBytes = stream.out().sentBytes();
    sentByConnectionAtMarkBytes = connection.quic().writtenBytes();
  }

  private boolean isNeeded() {
    boolean waitsForInput = !stream.input().isEnded() && !(stream.input().isTunnel() && !responded);
    return !stream.isClosed() && (waitsForInput || stream.out().isBlocked());
  }

  void close() {
    if (watched) {
      watched = false;
      connection.deadlines().forget(this);
    }
  }

  @Override
  public boolean check(long nowNs) {
    if (!stream.isClosed() && !stream.input().isEnded() && nowNs - deadlineNs >= 0) {
      inputOverdue(nowNs);
    }
    if (!stream.isClosed() && stream.out().isBlocked()) {
      checkOutput(nowNs);
    }
    watched = isNeeded();
    return watched;
  }

  private void inputOverdue(long nowNs) {
    if (!stream.input().headSeen()) {
      drop("header-timeout", Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    } else if (responded) {
      stream.stopReading();
    } else if (!stream.input().isTunnel()) {
      checkBody(nowNs);
    }
  }

  /** A body that stands still, or crawls, is given up; one that we do not read may wait. */
  private void checkBody(long nowNs) {
    long receivedBytes = stream.input().receivedBytes();
    long elapsedS = TimeUnit.NANOSECONDS.toSeconds(nowNs - bodyStartNs);
    boolean still = receivedBytes == receivedAtLastLookBytes;
    boolean slow = receivedBytes < elapsedS * limits.minBodyBytesPerSecond();
    if (stream.isWaitingForBody() && (still || slow)) {
      drop("body-timeout", Http3ErrorCode.H3_REQUEST_CANCELLED);
    } else {
      receivedAtLastLookBytes = receivedBytes;
      deadline(nowNs, limits.bodyTimeoutMs());
    }
  }

  /** A client that keeps a window shut, opens it byte by byte, or acknowledges next to nothing. */
  private void checkOutput(long nowNs) {
    if (!sendMarked) {
      mark(nowNs);
    }
    long elapsedMs = TimeUnit.NANOSECONDS.toMillis(nowNs - sendMarkNs);
    if (elapsedMs < limits.idleTimeoutMs()) {
      return;
    }
    long leastBytes = Math.max(1, limits.minWriteBytesPerSecond() * elapsedMs / 1_000);
    boolean slow = stream.out().sentBytes() - sentAtMarkBytes < leastBytes;
    boolean allSlow = connection.quic().writtenBytes() - sentByConnectionAtMarkBytes < leastBytes;
    // Beside more urgent responses a stream may wait for its turn: that is no fault of the client.
    if (slow && (allSlow || connection.hasRoom())) {
      drop("write-stalled", Http3ErrorCode.H3_REQUEST_CANCELLED);
    } else {
      mark(nowNs);
    }
  }

  private void drop(String reason, Http3ErrorCode code) {
    connection.server().observer.dropped(Protocol.HTTP_3, reason);
    stream.end(code);
    connection.sendLater();
  }
}
