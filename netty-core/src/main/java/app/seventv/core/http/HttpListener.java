package app.seventv.core.http;

import app.seventv.core.tls.TlsFiles;
import app.seventv.core.tls.TlsOptions;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens and what it speaks there.
 *
 * @param address address to bind; port 0 takes a free one
 * @param tls certificates and the like, or null for cleartext
 * @param http2 whether HTTP/2 is offered (by ALPN, or by prior knowledge on cleartext)
 * @param http3 whether HTTP/3 is offered on the UDP port of the same number, which responses over
 *     TCP then name in {@code Alt-Svc} (RFC 7838, RFC 9114 §3.1.1), unless {@link
 *     HttpServer.Builder#withoutAnnouncements} leaves that to the handler; needs {@code tls}
 * @param proxyProtocol whether TCP connections begin with a header of the PROXY protocol; where it
 *     is required there can be no {@code http3}
 */
public record HttpListener(
    InetSocketAddress address,
    @Nullable TlsOptions tls,
    boolean http2,
    boolean http3,
    ProxyProtocol proxyProtocol) {
  /** Refuses HTTP/3 without TLS, and HTTP/3 past a proxy that every connection must come by. */
  public HttpListener {
    if (http3 && tls == null) {
      throw new IllegalArgumentException("HTTP/3 needs a certificate: " + address);
    }
    if (http3 && proxyProtocol.mode() == ProxyProtocol.Mode.REQUIRED) {
      throw new IllegalArgumentException(
          "HTTP/3 cannot be offered where the PROXY protocol is required, UDP does not carry it: "
              + address);
    }
  }

  /** A listener that clients reach by no proxy. */
  public HttpListener(
      InetSocketAddress address, @Nullable TlsOptions tls, boolean http2, boolean http3) {
    this(address, tls, http2, http3, ProxyProtocol.OFF);
  }

  /** The same behind a load balancer that tells the client's address. */
  public HttpListener withProxyProtocol(ProxyProtocol protocol) {
    return new HttpListener(address, tls, http2, http3, protocol);
  }

  /** Cleartext HTTP/1.1, and HTTP/2 with prior knowledge. */
  public static HttpListener plain(InetSocketAddress address) {
    return new HttpListener(address, null, true, false);
  }

  /** HTTP/1.1 and HTTP/2 over TLS. */
  public static HttpListener tls(InetSocketAddress address, TlsFiles files) {
    return tls(address, TlsOptions.of(files));
  }

  /** HTTP/1.1 and HTTP/2 over TLS. */
  public static HttpListener tls(InetSocketAddress address, TlsOptions options) {
    return new HttpListener(address, options, true, false);
  }

  /** HTTP/1.1 and HTTP/2 over TLS on TCP, HTTP/3 on UDP. */
  public static HttpListener tlsAndQuic(InetSocketAddress address, TlsFiles files) {
    return tlsAndQuic(address, TlsOptions.of(files));
  }

  /** HTTP/1.1 and HTTP/2 over TLS on TCP, HTTP/3 on UDP. */
  public static HttpListener tlsAndQuic(InetSocketAddress address, TlsOptions options) {
    return new HttpListener(address, options, true, true);
  }
}
