package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.quic.QuicheStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The request half of a stream: read, taken apart and checked (RFC 9114 §4.1). */
final class Http3Input implements Http3Reader.Sink {
  private final Http3Stream stream;
  private final Http3Connection connection;
  private final Http3Reader reader;

  private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
  private long declaredLength = -1;
  private long receivedBytes;
  private boolean headSeen;
  private boolean tunnel;
  private boolean paused;

  /** Whether nothing follows what is being read. */
  private boolean ending;

  private boolean ended;

  Http3Input(Http3Stream stream, Http3Connection connection) {
    this.stream = stream;
    this.connection = connection;
    this.reader = new Http3Reader(this, connection.alloc(), connection.sections().maxBytes());
  }

  /** Something has arrived. */
  void readable() {
    QuicheStreams quic = connection.quic();
    while (!paused && !isOver()) {
      int length = quic.read(stream.id());
      if (length == QuicheStreams.DONE) {
        return;
      }
      if (length < 0) { // RESET_STREAM
        stream.cancelled();
        return;
      }
      ending = quic.isEnd();
      reader.read(quic.data());
      if (ending && !isOver()) {
        complete();
      }
    }
  }

  private void complete() {
    ended = true;
    if (!reader.isBetweenFrames()) {
      connection.violated(Http3ErrorCode.H3_FRAME_ERROR);
    } else if (!headSeen) {
      stream.end(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    } else if (declaredLength >= 0 && receivedBytes != declaredLength) {
      stream.malformed();
    } else {
      stream.requestEnd(trailers);
    }
  }

  @Override
  public boolean isOver() {
    return ended || connection.isOver();
  }

  @Override
  public void violated(Http3ErrorCode code) {
    connection.violated(code);
  }

  @Override
  public void fields(ByteBuf section) {
    if (headSeen) {
      trailers(section);
      return;
    }
    HttpLimits limits = connection.limits();
    RequestHead head = new RequestHead(limits.maxHeaderListBytes(), limits.maxHeaderFields());
    if (!connection.sections().decode(section, head::add)) {
      return;
    }
    if (head.finish() != null) {
      stream.malformed();
      return;
    }
    headSeen = true;
    declaredLength = head.contentLength();
    tunnel = head.connectProtocol() != null;
    // Known at once, a request without a body needs no deadline and can be answered at once.
    boolean withoutBody = ending && declaredLength <= 0 && !connection.quic().data().isReadable();
    ended = withoutBody;
    stream.begin(head, withoutBody);
    if (withoutBody) {
      stream.requestEnd(trailers);
    }
  }

  private void trailers(ByteBuf section) {
    List<Map.Entry<CharSequence, CharSequence>> fields = new ArrayList<>();
    if (!connection
        .sections()
        .decode(section, (name, value) -> fields.add(Map.entry(name, value)))) {
      return;
    }
    HttpHeaders proper = RequestHead.trailers(fields);
    if (proper == null) {
      stream.malformed();
    } else {
      trailers = proper;
    }
  }

  @Override
  public void data(ByteBuf payload) {
    receivedBytes += payload.readableBytes();
    if (declaredLength >= 0 && receivedBytes > declaredLength) {
      stream.malformed();
    } else {
      stream.body(payload);
    }
  }

  /** Nothing more is read. */
  void end() {
    ended = true;
  }

  void close() {
    ended = true;
    reader.close();
  }

  /** Stops or resumes reading; returns whether it was stopped before. */
  boolean pause(boolean wanted) {
    boolean before = paused;
    paused = wanted;
    return before;
  }

  boolean isPaused() {
    return paused;
  }

  boolean isEnded() {
    return ended;
  }

  boolean headSeen() {
    return headSeen;
  }

  /** Whether the stream belongs to another protocol than HTTP (RFC 9220). */
  boolean isTunnel() {
    return tunnel;
  }

  /** Value of {@code content-length}, or -1. */
  long declaredLength() {
    return declaredLength;
  }

  long receivedBytes() {
    return receivedBytes;
  }
}
