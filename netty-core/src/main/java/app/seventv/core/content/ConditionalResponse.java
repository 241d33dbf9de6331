package app.seventv.core.content;

import app.seventv.core.content.ByteRanges.ByteRange;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.FileBody;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Answers reads of a representation: 200, 206 with one or several parts, 304, 412 or 416, as the
 * request's conditions and ranges ask for (RFC 9110 §13, §14). Bodies are sliced or sent from their
 * file, never copied; an unconditional read of a buffer costs no object besides its response.
 */
public final class ConditionalResponse {
  private ConditionalResponse() {}

  /** As {@link #answer(Exchange, Representation, HttpHeaders, ByteBuf)}, without other fields. */
  public static void answer(Exchange exchange, Representation representation, ByteBuf body) {
    answer(exchange, representation, Response.newHeaders(), body);
  }

  /**
   * Answers from memory.
   *
   * @param headers fields of the answer besides those of the representation, e.g. {@code
   *     cache-control} and {@code vary}; they pass to the response
   * @param body all bytes; its reference passes to the response
   */
  public static void answer(
      Exchange exchange, Representation representation, HttpHeaders headers, ByteBuf body) {
    ByteRanges ranges = decide(exchange, representation, headers);
    if (ranges == null) {
      body.release();
    } else if (ranges.isWhole()) {
      exchange.respond(Response.of(200, headers, body));
    } else if (ranges.ranges().size() == 1) {
      ByteRange range = ranges.ranges().getFirst();
      body.readerIndex(body.readerIndex() + (int) range.first());
      body.writerIndex(body.readerIndex() + (int) range.length());
      exchange.respond(Response.of(206, headers, body));
    } else {
      exchange.respond(Response.of(206, headers, parts(representation, headers, ranges, body)));
    }
  }

  /**
   * Answers from a file.
   *
   * @param headers as above
   * @param file all bytes; its reference passes to the response
   * @param reader runs blocking reads
   */
  public static void answer(
      Exchange exchange,
      Representation representation,
      HttpHeaders headers,
      FileBody file,
      Executor reader) {
    ByteRanges ranges = decide(exchange, representation, headers);
    if (ranges == null) {
      file.release();
    } else if (ranges.isWhole()) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, representation.lengthText());
      sendFile(exchange.start(200, headers), file, 0, representation.length(), reader);
    } else if (ranges.ranges().size() == 1) {
      ByteRange range = ranges.ranges().getFirst();
      headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(range.length()));
      sendFile(exchange.start(206, headers), file, range.first(), range.length(), reader);
    } else {
      MultipartRanges multipart = MultipartRanges.of(representation, ranges.ranges());
      multipart.describe(headers);
      headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(multipart.length()));
      ResponseStream out = exchange.start(206, headers);
      exchange
          .executor()
          .execute(() -> {
            exchange.onEnd(file::release);
            if (file.refCnt() > 0) {
              sendParts(out, multipart, 0, file, reader);
            }
          });
    }
  }

  /**
   * Completes the header fields, and sends whatever needs no body.
   *
   * @return the ranges to send, or null if the answer is on its way
   */
  private static @Nullable ByteRanges decide(
      Exchange exchange, Representation representation, HttpHeaders headers) {
    Request request = exchange.request();
    switch (Preconditions.evaluate(request, representation.etag(), representation.lastModified())) {
      case NOT_MODIFIED -> {
        representation.validators(headers);
        exchange.respond(Response.of(304, headers, Unpooled.EMPTY_BUFFER));
        return null;
      }
      case FAILED -> {
        exchange.fail(new HttpError(412, "the resource is not in the state that was assumed"));
        return null;
      }
      case PROCEED -> {}
    }
    ByteRanges ranges = ranges(request, representation);
    if (ranges.isUnsatisfiable()) {
      exchange.fail(
          new HttpError(416, "no byte of this range exists")
              .with("content-range", "bytes */" + representation.lengthText()));
      return null;
    }
    representation.describe(headers);
    if (request.method().equals("HEAD")) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, representation.lengthText());
      exchange.respond(Response.of(200, headers, Unpooled.EMPTY_BUFFER));
      return null;
    }
    if (ranges.ranges().size() == 1) {
      headers.set(
          HttpHeaderNames.CONTENT_RANGE, contentRange(ranges.ranges().getFirst(), representation));
    }
    return ranges;
  }

  /** {@code Range} counts for GET only (RFC 9110 §14.2). */
  private static ByteRanges ranges(Request request, Representation representation) {
    HttpHeaders headers = request.headers();
    List<String> lines = headers.getAll(HttpHeaderNames.RANGE);
    if (lines.size() != 1 // no list: several lines are no valid field (RFC 9110 §5.3, §14.2)
        || !representation.isDivisible()
        || !request.method().equals("GET")
        || !Preconditions.rangeApplies(
            headers,
            representation.etag(),
            representation.lastModified(),
            System.currentTimeMillis() / 1000)) {
      return ByteRanges.parse(null, representation.length());
    }
    ByteRanges ranges = ByteRanges.parse(lines.getFirst(), representation.length());
    if (ranges.ranges().size() > 1
        && MultipartRanges.of(representation, ranges.ranges()).length()
            >= representation.length()) {
      return ByteRanges.parse(null, representation.length()); // many tiny ones (RFC 9110 §17.15)
    }
    return ranges;
  }

  static String contentRange(ByteRange range, Representation representation) {
    return "bytes " + range.first() + '-' + range.last() + '/' + representation.lengthText();
  }

  private static ByteBuf parts(
      Representation representation, HttpHeaders headers, ByteRanges ranges, ByteBuf body) {
    MultipartRanges multipart = MultipartRanges.of(representation, ranges.ranges());
    multipart.describe(headers);
    List<ByteRange> wanted = ranges.ranges();
    CompositeByteBuf all = body.alloc().compositeBuffer(2 * wanted.size() + 1);
    for (int i = 0; i < wanted.size(); i++) {
      ByteRange range = wanted.get(i);
      all.addComponent(true, multipart.head(i));
      all.addComponent(
          true, body.retainedSlice(body.readerIndex() + (int) range.first(), (int) range.length()));
    }
    all.addComponent(true, multipart.end());
    body.release();
    return all;
  }

  private static void sendFile(
      ResponseStream out, FileBody file, long position, long count, Executor reader) {
    out.sendFile(file, position, count, reader, out::end);
  }

  /** Sends one part after the other, on the loop; the caller's reference ends with the exchange. */
  private static void sendParts(
      ResponseStream out, MultipartRanges multipart, int index, FileBody file, Executor reader) {
    if (index == multipart.ranges().size()) {
      out.write(multipart.end());
      out.end();
      return;
    }
    ByteRange range = multipart.ranges().get(index);
    out.write(multipart.head(index));
    out.sendFile(
        file.retain(),
        range.first(),
        range.length(),
        reader,
        () -> sendParts(out, multipart, index + 1, file, reader));
  }
}
