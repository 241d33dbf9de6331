package app.seventv.core.http;

import io.netty.util.concurrent.EventExecutor;

/**
 * What a client of HTTP/1.1 must do in time: finish a head, send its body without long pauses and
 * not too slowly, take its responses, and use the connection at all. One timer for all of it.
 */
final class Http1Deadlines {
  /** What a connection waits for. */
  enum Phase {
    /** The rest of a head. */
    HEAD,
    /** The rest of a body. */
    BODY,
    /** A handler, or the client to take what waits for it. */
    RESPONSE,
    /** The next request. */
    IDLE,
    /** The end of the connection. */
    CLOSING
  }

  private final Http1Connection connection;
  private final Http1Writer writer;
  private final HttpLimits limits;
  private final LazyTimer timer;
  private final BodyWatch body;

  Http1Deadlines(
      Http1Connection connection, Http1Writer writer, HttpLimits limits, EventExecutor loop) {
    this.connection = connection;
    this.writer = writer;
    this.limits = limits;
    this.timer = new LazyTimer(loop, this::expired);
    this.body = new BodyWatch(limits);
  }

  /** The next request, or the end of the connection, is awaited from now on. */
  void awaitNext(long nowNs) {
    timer.arm(nowNs, limits.idleTimeoutMs());
  }

  /** A head has begun. */
  void awaitHead(long nowNs) {
    timer.arm(nowNs, limits.headerTimeoutMs());
  }

  /** A head with a body has arrived. */
  void awaitBody(long nowNs) {
    body.start(nowNs);
    timer.arm(nowNs, body.lookMs());
  }

  /** A part of the body arrived. */
  void bodyMoved(int bytes, long nowNs) {
    body.moved(bytes, nowNs);
  }

  /** A handler wants the body again. */
  void bodyResumed(long nowNs) {
    body.resume(nowNs);
  }

  /** Only the client's end of the connection is awaited. */
  void awaitEnd(long nowNs) {
    timer.arm(nowNs, LingeringClose.LIMIT_MS);
  }

  void cancel() {
    timer.cancel();
  }

  private void expired() {
    long nowNs = System.nanoTime();
    switch (connection.phase()) {
      case HEAD -> connection.refuse(Http1Refusal.TOO_SLOW, "header-timeout");
      case BODY -> lookAtBody(nowNs);
      case RESPONSE -> lookAtResponse(nowNs);
      case IDLE -> connection.end().drop("idle-timeout");
      case CLOSING -> connection.end().abort();
    }
  }

  private void lookAtBody(long nowNs) {
    if (connection.paused()) {
      body.resume(nowNs); // we keep the client waiting, not it us
    }
    if (body.tooSlow(nowNs)) {
      connection.refuse(Http1Refusal.TOO_SLOW, "body-timeout");
    } else {
      timer.arm(nowNs, body.lookMs());
    }
  }

  private void lookAtResponse(long nowNs) {
    if (connection.end().inputEnded() && !writer.waiting() && !writer.hasQueuedSinceLastLook()) {
      connection.end().drop("idle-timeout"); // a client that is gone would never be noticed
      return;
    }
    long wanted = limits.minWriteBytesPerSecond() * limits.idleTimeoutMs() / 1_000;
    if (writer.progresses(wanted)) {
      timer.arm(nowNs, limits.idleTimeoutMs());
    } else {
      connection.end().drop("slow-reader");
    }
  }
}
