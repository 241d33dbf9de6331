package app.seventv.core.tls;

import io.netty.handler.ssl.ClientAuth;

/** Whether clients show a certificate (Cloudflare's "authenticated origin pulls"). */
public enum ClientAuthMode {
  /** Not asked for. */
  OFF(ClientAuth.NONE),
  /** Asked for; a client may have none, but one it shows must be valid. */
  OPTIONAL(ClientAuth.OPTIONAL),
  /** No handshake without a valid one. */
  REQUIRED(ClientAuth.REQUIRE);

  private final ClientAuth netty;

  ClientAuthMode(ClientAuth netty) {
    this.netty = netty;
  }

  ClientAuth netty() {
    return netty;
  }
}
