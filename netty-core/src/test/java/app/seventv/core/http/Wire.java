package app.seventv.core.http;

/** A way for a request to reach a server: version of HTTP, with or without TLS. */
public enum Wire {
  /** HTTP/1.1 in the clear. */
  H1_PLAIN(Protocol.HTTP_1, false),

  /** HTTP/1.1 over TLS. */
  H1_TLS(Protocol.HTTP_1, true),

  /** HTTP/2 in the clear, with prior knowledge (RFC 9113 §3.3). */
  H2_PLAIN(Protocol.HTTP_2, false),

  /** HTTP/2 over TLS, chosen by ALPN. */
  H2_TLS(Protocol.HTTP_2, true),

  /** HTTP/3 over QUIC, which is never in the clear. */
  H3(Protocol.HTTP_3, true);

  private final Protocol protocol;
  private final boolean secure;

  Wire(Protocol protocol, boolean secure) {
    this.protocol = protocol;
    this.secure = secure;
  }

  /** Version of HTTP. */
  public Protocol protocol() {
    return protocol;
  }

  /** Whether the bytes are encrypted. */
  public boolean secure() {
    return secure;
  }

  /** {@code http} or {@code https}. */
  public String scheme() {
    return secure ? "https" : "http";
  }
}
