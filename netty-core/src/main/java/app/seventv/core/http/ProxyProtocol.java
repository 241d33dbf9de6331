package app.seventv.core.http;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.net.InetAddress;
import java.util.List;

/**
 * Whether connections begin with a header of the PROXY protocol (version 1 or 2), in which a load
 * balancer tells the client's address.
 *
 * @param mode whether such a header is expected
 * @param trusted networks whose headers are believed; a header of anybody else is not looked at
 */
public record ProxyProtocol(Mode mode, List<CidrBlock> trusted) {
  /** No header is expected. */
  public static final ProxyProtocol OFF = new ProxyProtocol(Mode.OFF, List.of());

  /** Refuses a mode that nobody could use. */
  public ProxyProtocol {
    trusted = List.copyOf(trusted);
    if (mode != Mode.OFF && trusted.isEmpty()) {
      throw new IllegalArgumentException("PROXY protocol without trusted proxies");
    }
  }

  /** Whether a header is expected. */
  public enum Mode {
    /** Never; one that comes is a malformed request. */
    OFF,
    /** Trusted proxies may send one, others may connect without. */
    OPTIONAL,
    /** Only trusted proxies may connect, and must send one. */
    REQUIRED
  }

  /** The key that chooses the mode, under a service's prefix; the proxies are those of requests. */
  public static Key<Mode> mode(String prefix) {
    return Key.of(
        prefix + ".proxy_protocol",
        ValueTypes.oneOf(Mode.class),
        Mode.OFF,
        "Whether incoming_request.trusted_proxies send a PROXY protocol header: off, optional"
            + " or required.");
  }

  /** Whether the header of this peer would be believed. */
  boolean trusts(InetAddress peer) {
    for (CidrBlock block : trusted) {
      if (block.contains(peer)) {
        return true;
      }
    }
    return false;
  }
}
