package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http2.Http2Error;

/**
 * Makes requests of the HEADERS and DATA that an HTTP/2 connection receives (RFC 9113 §8.1), and
 * hands them on.
 */
final class Http2Requests {
  private final ServerContext server;
  private final Connection facts;
  private final Http2Connection connection;
  private final Http2StreamTable streams;
  private int count;

  Http2Requests(
      ServerContext server,
      Connection facts,
      Http2Connection connection,
      Http2StreamTable streams) {
    this.server = server;
    this.facts = facts;
    this.connection = connection;
    this.streams = streams;
  }

  /** A whole header block: the head of a request or its trailers. */
  void headers(int id, Http2Fields fields, boolean end, boolean tooLarge, boolean dependsOnItself) {
    Http2Stream stream = streams.get(id);
    if (stream != null) {
      trailers(stream, fields, end && !tooLarge && !dependsOnItself);
    } else if (!Http2StreamTable.isOfClient(id)) {
      connection.fail(Http2Error.PROTOCOL_ERROR, "clients have odd stream ids", "protocol-error");
    } else if (!streams.isIdle(id)) {
      headersOfClosedStream(id);
    } else if (!streams.arrives(id)) {
      streams.closed(id, true); // RFC 9113 §6.8: the client sends it elsewhere
    } else if (streams.isFull()) {
      connection.refuse(id, Http2Error.REFUSED_STREAM);
    } else if (tooLarge) {
      answerTooLarge(id, end);
    } else if (dependsOnItself || !fields.finishRequest() || (end && fields.contentLength() > 0)) {
      server.observer.dropped(Protocol.HTTP_2, "malformed-request");
      connection.refuse(id, Http2Error.PROTOCOL_ERROR);
    } else {
      request(id, fields, end);
    }
  }

  private void trailers(Http2Stream stream, Http2Fields fields, boolean wellFormed) {
    if (stream.input().ended()) {
      connection.streamError(stream.id(), Http2Error.STREAM_CLOSED);
    } else if (!wellFormed || !fields.finishTrailers() || !stream.input().fitsLength(0, true)) {
      connection.streamError(stream.id(), Http2Error.PROTOCOL_ERROR);
    } else {
      stream.bodyEnd(fields.fields());
    }
  }

  private void headersOfClosedStream(int id) {
    switch (streams.memory(id)) {
      case RESET_BY_US -> connection.controlFrame(); // was on its way (RFC 9113 §5.1)
      case CLOSED ->
          connection.fail(Http2Error.STREAM_CLOSED, "HEADERS on a closed stream", "protocol-error");
      case UNKNOWN ->
          connection.fail(Http2Error.PROTOCOL_ERROR, "stream ids must increase", "protocol-error");
    }
  }

  /** RFC 6585 §5: an answer for this request; the connection goes on. */
  private void answerTooLarge(int id, boolean end) {
    server.observer.dropped(Protocol.HTTP_2, "header-too-large");
    connection.writer().headers(id, 431, EmptyHttpHeaders.INSTANCE, true);
    if (!end) {
      connection.queuedControlFrame();
      connection.writer().rstStream(id, Http2Error.NO_ERROR);
    }
    streams.closed(id, !end);
    connection.flush();
  }

  private void request(int id, Http2Fields fields, boolean end) {
    long nowNs = connection.nowNs();
    String protocol = fields.connectProtocol();
    Priority priority = streams.takePriority(id);
    if (priority == null) {
      CharSequence field = fields.priority();
      Priority absent = protocol == null ? Priority.DEFAULT : Priority.TUNNEL;
      priority = field == null ? absent : Priority.parse(field, absent);
    }
    Http2Stream stream =
        new Http2Stream(connection, id, fields, end, connection.peerWindowBytes(), priority, nowNs);
    count++;
    connection.streamOpened(
        stream, count == server.limits.maxRequestsPerConnection() || server.draining());
    SpareExchange spare = SpareExchange.ofLoop();
    HttpExchange exchange = exchange(spare, stream, fields, nowNs);
    stream.begin(exchange);
    exchange.handle(end);
    if (end) {
      stream.bodyEnd(EmptyHttpHeaders.INSTANCE);
    }
    spare.offer(exchange);
  }

  private HttpExchange exchange(
      SpareExchange spare, Http2Stream stream, Http2Fields head, long nowNs) {
    String method = head.methodName();
    String target = head.target();
    String protocol = head.connectProtocol();
    if (protocol == null) {
      return spare.begin(server, stream, facts, method, target, head.fields(), nowNs);
    }
    Request request = new Request(method, target, head.fields(), facts, protocol);
    return new HttpExchange(server, stream, request, nowNs);
  }

  void data(int id, ByteBuf data, int flowControlled, boolean end) {
    if (!connection.receive(flowControlled)) {
      return;
    }
    if (!data.isReadable() && !end) {
      connection.controlFrame();
    }
    Http2Stream stream = streams.get(id);
    if (stream == null) {
      connection.returnWindow(flowControlled);
      dataWithoutStream(id);
    } else if (stream.input().ended()) {
      connection.returnWindow(flowControlled);
      connection.streamError(id, Http2Error.STREAM_CLOSED);
    } else if (!stream.input().receive(flowControlled)) {
      connection.streamError(id, Http2Error.FLOW_CONTROL_ERROR);
    } else if (!stream.input().fitsLength(data.readableBytes(), end)) {
      connection.streamError(id, Http2Error.PROTOCOL_ERROR);
    } else {
      stream.body(data);
      if (end && streams.get(id) == stream) { // the handler may have reset it
        stream.bodyEnd(EmptyHttpHeaders.INSTANCE);
      }
    }
  }

  private void dataWithoutStream(int id) {
    if (streams.isIdle(id)) {
      connection.fail(Http2Error.PROTOCOL_ERROR, "DATA on an idle stream", "protocol-error");
    } else if (streams.memory(id) != Http2ClosedStreams.Memory.RESET_BY_US) {
      connection.streamError(id, Http2Error.STREAM_CLOSED);
    }
  }
}
