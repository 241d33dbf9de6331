package app.seventv.core.observe;

import app.seventv.core.http.Connection;
import app.seventv.core.http.Protocol;

/** What carries requests: a kind of socket and the HTTP version on it. */
enum Wire {
  TCP_HTTP1("Tcp", Protocol.HTTP_1),
  TLS_HTTP1("TlsTcp", Protocol.HTTP_1),
  TCP_HTTP2("Tcp", Protocol.HTTP_2),
  TLS_HTTP2("TlsTcp", Protocol.HTTP_2),
  QUIC_HTTP3("Quic", Protocol.HTTP_3);

  static final int COUNT = values().length;

  /** Value of the label {@code socket} (operations.md §4.2). */
  final String socket;

  /** HTTP version. */
  final Protocol protocol;

  Wire(String socket, Protocol protocol) {
    this.socket = socket;
    this.protocol = protocol;
  }

  static Wire of(Connection connection) {
    return of(connection.protocol(), connection.secure());
  }

  static Wire of(Protocol protocol, boolean secure) {
    return switch (protocol) {
      case HTTP_1 -> secure ? TLS_HTTP1 : TCP_HTTP1;
      case HTTP_2 -> secure ? TLS_HTTP2 : TCP_HTTP2;
      case HTTP_3 -> QUIC_HTTP3;
    };
  }
}
