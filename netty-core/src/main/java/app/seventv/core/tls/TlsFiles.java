package app.seventv.core.tls;

import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * A certificate chain and its private key on disk.
 *
 * @param certificate PEM file with the chain, leaf first
 * @param key PEM file with the PKCS#8 private key
 */
public record TlsFiles(Path certificate, Path key) {

  /** Checks that both files can be read, so that a bad path stops the start with its name. */
  public TlsFiles {
    for (Path file : List.of(certificate, key)) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException("TLS file cannot be read: " + file);
      }
    }
  }

  /**
   * Server context for TCP: TLS 1.2 and 1.3 on BoringSSL (the JDK's engine where that is absent).
   *
   * @param alpn protocols offered, most wanted first; empty for none
   * @throws SSLException if the files are no valid certificate and key
   */
  public SslContext tcpContext(List<String> alpn) throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(certificate.toFile(), key.toFile())
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2");
    if (!alpn.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              alpn));
    }
    return builder.build();
  }

  /** Server context for QUIC with HTTP/3's ALPN names; TLS 1.3 by definition (RFC 9001 §4.2). */
  public QuicSslContext quicContext() {
    return QuicSslContextBuilder.forServer(key.toFile(), null, certificate.toFile())
        .applicationProtocols(Http3.supportedApplicationProtocols())
        .build();
  }
}
