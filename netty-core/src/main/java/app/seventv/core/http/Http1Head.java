package app.seventv.core.http;

/** A request head that is well-formed and unambiguous; valid until another is read on its loop. */
interface Http1Head {
  /** No body at all. */
  long NO_BODY = 0;

  /** The body comes in chunks (RFC 9112 §7.1). */
  long CHUNKED = -1;

  /** Method token, common ones interned. */
  String method();

  /** Origin form, or {@code *}. */
  String target();

  /** Fields with lower-case names; whoever takes them owns them. */
  HeaderFields headers();

  /** Length of the body, {@link #NO_BODY} or {@link #CHUNKED}. */
  long contentLength();

  /** Value of {@code content-length}, or -1. */
  long declaredLength();

  /** Whether the version is 1.0. */
  boolean http10();

  /** Whether the client wants the connection to stay (RFC 9112 §9.3). */
  boolean keepAlive();

  /** Whether the client waits for 100 (Continue). */
  boolean continueExpected();
}
