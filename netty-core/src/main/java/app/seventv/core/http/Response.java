package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/**
 * A whole response: status, header fields and a body that is held in memory.
 *
 * <p>The body's reference passes to the exchange that sends it. {@code content-length} is set when
 * the response is sent.
 */
public final class Response {
  private final int status;
  private final HttpHeaders headers;
  private final ByteBuf body;

  private Response(int status, HttpHeaders headers, ByteBuf body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** A response without a body. */
  public static Response of(int status) {
    return new Response(status, HeaderFields.checked(), Unpooled.EMPTY_BUFFER);
  }

  /** A response whose body is the buffer, whose reference it takes. */
  public static Response of(int status, String contentType, ByteBuf body) {
    Response response = new Response(status, HeaderFields.checked(), body);
    response.headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
    return response;
  }

  /** A response with these header fields and the buffer, whose reference it takes, as body. */
  public static Response of(int status, HttpHeaders headers, ByteBuf body) {
    return new Response(status, headers, body);
  }

  /** A response whose body is the array, which must not change afterwards. */
  public static Response of(int status, String contentType, byte[] body) {
    return of(status, contentType, Unpooled.wrappedBuffer(body));
  }

  /** UTF-8 plain text. */
  public static Response text(int status, String text) {
    return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Encoded JSON. */
  public static Response json(int status, byte[] json) {
    return of(status, "application/json", json);
  }

  /** Sets a header field, replacing earlier values. */
  public Response header(CharSequence name, CharSequence value) {
    headers.set(name, value);
    return this;
  }

  /** HTTP status code. */
  public int status() {
    return status;
  }

  /** Mutable header fields. */
  public HttpHeaders headers() {
    return headers;
  }

  /** Body; empty but never null. */
  public ByteBuf body() {
    return body;
  }

  /** New, empty header fields for streamed responses; they refuse what is not fit for the wire. */
  public static HttpHeaders newHeaders() {
    return HeaderFields.checked();
  }

  /**
   * Empty header fields with room for as many as are about to be added: growing costs copies.
   *
   * @param fields how many; more can be added
   */
  public static HttpHeaders newHeaders(int fields) {
    return HeaderFields.checked(fields);
  }

  /**
   * Header fields that begin with common ones.
   *
   * @param common what many responses have
   * @param fields how many are about to be added; more can be
   */
  public static HttpHeaders newHeaders(HeaderBlock common, int fields) {
    return HeaderFields.checked(common, fields);
  }
}
