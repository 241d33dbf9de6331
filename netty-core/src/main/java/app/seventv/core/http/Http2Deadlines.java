package app.seventv.core.http;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client of HTTP/2 must do in time: finish the preface and each header block, send bodies
 * without long pauses and not too slowly, take responses, and use the connection at all. One timer
 * looks at everything a few times within the shortest limit; it sleeps while nothing is open.
 */
final class Http2Deadlines {
  private static final long MAX_TICK_MS = 1_000;
  private static final long MIN_TICK_MS = 5;
  private static final int LOOKS_PER_LIMIT = 4;

  /** Time for a client to end its request after the response, before it is asked to stop. */
  private static final long STOP_GRACE_MS = 1_000;

  private final Http2Connection connection;
  private final Http2Handler handler;
  private final Http2Reader reader;
  private final ServerContext server;
  private final HttpLimits limits;
  private final long tickMs;

  private @Nullable ScheduledFuture<?> timer;
  private boolean dozing;
  private boolean waiting = true; // for the preface
  private long waitingSinceNs;
  private long waitingFor;
  private long writeMarkNs;
  private long writtenAtMark;

  Http2Deadlines(
      Http2Connection connection, Http2Handler handler, Http2Reader reader, ServerContext server) {
    this.connection = connection;
    this.handler = handler;
    this.reader = reader;
    this.server = server;
    this.limits = server.limits;
    long shortest =
        Math.min(
            limits.idleTimeoutMs(), Math.min(limits.headerTimeoutMs(), limits.bodyTimeoutMs()));
    this.tickMs = Math.clamp(shortest / LOOKS_PER_LIMIT, MIN_TICK_MS, MAX_TICK_MS);
    waitingSinceNs = connection.nowNs();
    writeMarkNs = waitingSinceNs;
    schedule(tickMs);
  }

  private void schedule(long delayMs) {
    timer = connection.eventLoop().schedule(this::tick, delayMs, TimeUnit.MILLISECONDS);
  }

  void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /** Notes whether the client has left something unfinished. */
  void readCompleted() {
    boolean waits = reader.waitsForMore();
    if (waits && (!waiting || waitingFor != reader.finished())) {
      waitingSinceNs = connection.nowNs();
      waitingFor = reader.finished();
      wake();
    }
    waiting = waits;
  }

  void streamOpened() {
    wake();
  }

  private void wake() {
    if (dozing) {
      dozing = false;
      cancel();
      schedule(tickMs);
    }
  }

  private void tick() {
    timer = null;
    try {
      look();
    } catch (Throwable defect) {
      handler.failedInternally(defect); // no caller would
    }
  }

  private void look() {
    connection.wakeUp(); // for what counts in the answers to a missed deadline
    long nowNs = connection.nowNs();
    if (!connection.isOpen()) {
      return;
    }
    checkHead(nowNs);
    for (Http2Stream stream : new ArrayList<>(connection.streams())) {
      if (!stream.input().ended()) {
        checkRequest(stream, nowNs);
      }
      if (stream.queuedBytes() > 0) {
        checkResponse(stream, nowNs);
      }
    }
    boolean writing = checkWriting(nowNs);
    long delayMs = tickMs;
    if (connection.streams().isEmpty() && !writing && !waiting) {
      long leftMs = limits.idleTimeoutMs() - ms(nowNs - connection.lastFrameNs());
      if (leftMs <= 0 && connection.isOpen()) {
        handler.closeIdle();
        leftMs = limits.idleTimeoutMs();
      }
      dozing = leftMs > tickMs;
      delayMs = dozing ? leftMs : tickMs;
    }
    if (connection.isOpen()) {
      schedule(delayMs);
    }
  }

  private static long ms(long ns) {
    return TimeUnit.NANOSECONDS.toMillis(ns);
  }

  private void checkHead(long nowNs) {
    if (waiting && ms(nowNs - waitingSinceNs) > limits.headerTimeoutMs()) {
      connection.fail(Http2Error.ENHANCE_YOUR_CALM, "header deadline", "header-timeout");
    }
  }

  private void checkRequest(Http2Stream stream, long nowNs) {
    Http2Progress progress = stream.progress;
    if (stream.localEnded()) {
      long graceMs = Math.min(STOP_GRACE_MS, limits.bodyTimeoutMs());
      if (ms(progress.sinceResponseNs(nowNs)) >= graceMs) {
        stream.stopReading();
      }
    } else if (connection.isReceiveWindowShut()) {
      stream.input().excuse(nowNs);
    } else if (stream.input().tooSlow(nowNs)) {
      server.observer.dropped(Protocol.HTTP_2, "body-timeout");
      stream.bodyTimedOut();
    }
  }

  /** A client that keeps its window shut, or opens it byte by byte (CVE-2019-9517). */
  private void checkResponse(Http2Stream stream, long nowNs) {
    Http2Progress progress = stream.progress;
    long sendMs = ms(progress.sendTimeNs(nowNs));
    if (sendMs < limits.idleTimeoutMs()) {
      return;
    }
    if (stream.blockedByWindow() && progress.sentSinceMark() < leastBytes(sendMs)) {
      server.observer.dropped(Protocol.HTTP_2, "write-stalled");
      connection.reset(stream, Http2Error.CANCEL);
    } else {
      progress.sendingStarted(nowNs);
    }
  }

  private long leastBytes(long timeMs) {
    return Math.max(1, limits.minWriteBytesPerSecond() * timeMs / 1_000);
  }

  /** Whether something waits for the socket or the connection's window; ends what stands still. */
  private boolean checkWriting(long nowNs) {
    ChannelOutboundBuffer out = connection.channel().unsafe().outboundBuffer();
    long pending = out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
    if (pending == 0 && connection.scheduler().isIdle()) {
      writeMarkNs = nowNs;
      writtenAtMark = connection.dataBytesSent();
      return false;
    }
    long written = connection.dataBytesSent() - pending;
    long waitedMs = ms(nowNs - writeMarkNs);
    if (waitedMs >= limits.idleTimeoutMs()) {
      if (written - writtenAtMark < leastBytes(waitedMs)) {
        connection.fail(Http2Error.CANCEL, "nothing is read", "write-stalled");
      }
      writeMarkNs = nowNs;
      writtenAtMark = written;
    }
    return true;
  }
}
