package app.seventv.core.http;

/**
 * HTTP version that carries an exchange; for logs and metrics, never for behaviour of a handler.
 */
public enum Protocol {
  /** RFC 9112; HTTP/1.0 requests count here too. */
  HTTP_1("http/1.1"),
  /** RFC 9113. */
  HTTP_2("h2"),
  /** RFC 9114. */
  HTTP_3("h3");

  private final String label;

  Protocol(String label) {
    this.label = label;
  }

  /** ALPN name, used as the label in metrics. */
  public String label() {
    return label;
  }
}
