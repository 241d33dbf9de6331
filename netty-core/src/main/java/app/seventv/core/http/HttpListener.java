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
 * @param http3 whether HTTP/3 is offered on the UDP port of the same number; needs {@code tls}
 * @param altSvcPort UDP port that responses over TCP name in {@code Alt-Svc} (RFC 7838, RFC 9114
 *     §3.1.1) when HTTP/3 is offered: 0 for the port bound, -1 for no such field
 * @param proxyProtocol whether TCP connections begin with a header of the PROXY protocol; where it
 *     is required there can be no {@code http3}
 */
public record HttpListener(
    InetSocketAddress address,
    @Nullable TlsOptions tls,
    boolean http2,
    boolean http3,
    int altSvcPort,
    ProxyProtocol proxyProtocol) {
  private static final int MAX_PORT = 65_535;

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
    if (altSvcPort < -1 || altSvcPort > MAX_PORT) {
      throw new IllegalArgumentException("no port for Alt-Svc: " + altSvcPort);
    }
  }

  /** A listener that names its own port in {@code Alt-Svc}. */
  public HttpListener(
      InetSocketAddress address, @Nullable TlsOptions tls, boolean http2, boolean http3) {
    this(address, tls, http2, http3, 0, ProxyProtocol.OFF);
  }

  /** The same with another port in {@code Alt-Svc}, as clients see it through a proxy. */
  public HttpListener withAltSvcPort(int port) {
    return new HttpListener(address, tls, http2, http3, port, proxyProtocol);
  }

  /** The same without {@code Alt-Svc}: clients learn of HTTP/3 in another way, or not at all. */
  public HttpListener withoutAltSvc() {
    return new HttpListener(address, tls, http2, http3, -1, proxyProtocol);
  }

  /** The same behind a load balancer that tells the client's address. */
  public HttpListener withProxyProtocol(ProxyProtocol protocol) {
    return new HttpListener(address, tls, http2, http3, altSvcPort, protocol);
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
