package app.seventv.core.tls;

import app.seventv.core.tls.TlsMaterial.Identity;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The contexts made of one {@link TlsMaterial}. Counted: whoever makes a handler of it holds it
 * meanwhile; BoringSSL's memory goes when it has been replaced and its last connection has ended.
 */
final class TlsGeneration extends AbstractReferenceCounted {
  /** AEAD with forward secrecy only (RFC 9325 §4.2, RFC 9113 appendix A). */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /** Over QUIC (RFC 9114 §3.1): Netty's list has drafts too, which differ from what we speak. */
  private static final String HTTP3 = "h3";

  private static final long TICKET_LIFE_SECONDS = TicketKeys.Rotating.KEPT.toSeconds();

  private final TlsMaterial material;
  private final List<SslContext> contexts = new ArrayList<>();
  private final List<QuicSslContext> quicContexts = new ArrayList<>();
  private final Map<String, Integer> byHost = new HashMap<>();
  private final @Nullable QuicSslContext quic;
  private volatile List<TicketSecret> ticketSecrets = List.of();

  /**
   * Makes the contexts.
   *
   * @param alpn protocols offered over TCP, most wanted first; empty for none
   * @param withQuic whether to make a context for HTTP/3 as well
   * @throws SSLException if BoringSSL refuses the certificate or key
   */
  TlsGeneration(
      TlsMaterial material, ClientAuthMode clientAuth, List<String> alpn, boolean withQuic)
      throws SSLException {
    this.material = material;
    boolean complete = false;
    try {
      for (Identity identity : material.identities()) {
        int index = contexts.size();
        identity.hostNames().forEach(host -> byHost.putIfAbsent(host, index));
        contexts.add(tcpContext(identity, clientAuth, alpn));
        if (withQuic) {
          quicContexts.add(quicBuilder(identity, clientAuth).build());
        }
      }
      quic = withQuic ? quicEntry(clientAuth) : null;
      complete = true;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new SSLException("certificate or key cannot be used: " + e.getMessage(), e);
    } finally {
      if (!complete) {
        deallocate();
      }
    }
  }

  private SslContext tcpContext(Identity identity, ClientAuthMode clientAuth, List<String> alpn)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(identity.key(), identity.chain())
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
            .sessionTimeout(TICKET_LIFE_SECONDS)
            .clientAuth(clientAuth.netty());
    if (OpenSsl.isAvailable()) {
      builder.option(OpenSslContextOption.USE_TASKS, false); // nobody takes them off the loop
    }
    if (clientAuth != ClientAuthMode.OFF) {
      builder.trustManager(authorities());
    }
    if (!alpn.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              alpn));
    }
    SslContext context = builder.build();
    if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      sessions.setSessionCacheEnabled(false); // tickets do it without memory
    }
    return context;
  }

  private QuicSslContextBuilder quicBuilder(Identity identity, ClientAuthMode clientAuth) {
    QuicSslContextBuilder builder =
        QuicSslContextBuilder.forServer(
                identity.key(), null, identity.chain().toArray(X509Certificate[]::new))
            .applicationProtocols(HTTP3)
            .sessionTimeout(TICKET_LIFE_SECONDS)
            .earlyData(false) // early data can be replayed (RFC 8446 §8)
            .clientAuth(clientAuth.netty());
    if (clientAuth != ClientAuthMode.OFF) {
      builder.trustManager(authorities());
    }
    return builder;
  }

  /** The context connections start with; with several certificates it moves them on by name. */
  private QuicSslContext quicEntry(ClientAuthMode clientAuth) {
    if (quicContexts.size() == 1) {
      return quicContexts.getFirst();
    }
    return quicBuilder(material.identities().getFirst(), clientAuth)
        .sni(host -> quicContexts.get(indexFor(host)))
        .build();
  }

  private X509Certificate[] authorities() {
    return material.clientAuthorities().toArray(X509Certificate[]::new);
  }

  TlsMaterial material() {
    return material;
  }

  boolean hasSeveralCertificates() {
    return contexts.size() > 1;
  }

  /** The context for clients that ask for {@code host}, the default one if there is no better. */
  SslContext contextFor(@Nullable String host) {
    return contexts.get(indexFor(host));
  }

  /** Exact names go before wildcards, which stand for one label (RFC 6125 §6.4.3). */
  private int indexFor(@Nullable String host) {
    if (host == null) {
      return 0;
    }
    String name = host.toLowerCase(Locale.ROOT);
    Integer index = byHost.get(name);
    int dot = name.indexOf('.');
    if (index == null && dot > 0) {
      index = byHost.get("*" + name.substring(dot));
    }
    return index == null ? 0 : index;
  }

  /**
   * The context of HTTP/3.
   *
   * @throws IllegalStateException if it was not asked for
   */
  QuicSslContext quic() {
    QuicSslContext context = quic;
    if (context == null) {
      throw new IllegalStateException("made without QUIC");
    }
    return context;
  }

  /** Replaces the keys of session tickets; sessions under way are not touched. */
  void ticketSecrets(List<byte[]> secrets) {
    List<TicketSecret> keys =
        secrets.stream()
            .map(secret -> new TicketSecret(secret, material.clientAuthDigest()))
            .toList();
    ticketSecrets = keys;
    for (SslContext context : contexts) {
      if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
        sessions.setTicketKeys(
            keys.stream().map(TicketSecret::forTcp).toArray(OpenSslSessionTicketKey[]::new));
      }
    }
    if (quic != null) {
      // BoringSSL looks tickets up in the context a connection started with.
      quic.sessionContext()
          .setTicketKeys(
              keys.stream().map(TicketSecret::forQuic).toArray(SslSessionTicketKey[]::new));
    }
  }

  /** Keys of the tickets that can be read now. */
  List<TicketSecret> ticketSecrets() {
    return ticketSecrets;
  }

  @Override
  protected void deallocate() {
    contexts.forEach(ReferenceCountUtil::release);
    contexts.clear();
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    return this;
  }
}
