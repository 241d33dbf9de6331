package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * A request head that is well-formed and unambiguous.
 *
 * @param method method token, common ones interned
 * @param target origin form, or {@code *}
 * @param headers fields with lower-case names
 * @param contentLength length of the body, {@link #NO_BODY} or {@link #CHUNKED}
 * @param declaredLength value of {@code content-length}, or -1
 * @param http10 whether the version is 1.0
 * @param keepAlive whether the client wants the connection to stay (RFC 9112 §9.3)
 * @param continueExpected whether the client waits for 100 (Continue)
 */
record Http1Head(
    String method,
    String target,
    HttpHeaders headers,
    long contentLength,
    long declaredLength,
    boolean http10,
    boolean keepAlive,
    boolean continueExpected) {
  /** No body at all. */
  static final long NO_BODY = 0;

  /** The body comes in chunks (RFC 9112 §7.1). */
  static final long CHUNKED = -1;
}
