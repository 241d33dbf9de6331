package app.seventv.core.http;

import app.seventv.core.config.CidrBlock;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where request ids come from and where they go.
 *
 * @param trustedPeers networks whose {@code x-request-id} and {@code traceparent} are believed
 * @param inResponse whether responses and problem bodies carry the id
 */
public record RequestIds(List<CidrBlock> trustedPeers, boolean inResponse) {
  /** Header field of requests and responses. */
  public static final String HEADER = "x-request-id";

  /** Believes nobody and tells nobody. */
  public static final RequestIds DEFAULT = new RequestIds(List.of(), false);

  /** Longer ids of others are replaced: they end up in every log line. */
  private static final int MAX_CHARS = 128;

  /** Sets processes apart: the fast generators of two could walk the same sequence. */
  private static final long PROCESS_SEED = new SecureRandom().nextLong();

  /** Whether the other end of the socket is one of the trusted peers. */
  public boolean trusts(Connection connection) {
    InetAddress peer = connection.peer().getAddress();
    if (peer == null) {
      return false;
    }
    for (CidrBlock block : trustedPeers) {
      if (block.contains(peer)) {
        return true;
      }
    }
    return false;
  }

  /** The caller's id if it may be believed and makes sense, else a new one. */
  String idOf(Request request) {
    String given = trustedPeers.isEmpty() ? null : request.header(HEADER);
    return given != null && wellFormed(given) && trusts(request.connection()) ? given : next();
  }

  /** A new id: 128 bits, 32 hexadecimal digits. Unique, not secret. */
  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong() ^ PROCESS_SEED) + hex.toHexDigits(random.nextLong());
  }

  private static boolean wellFormed(String id) {
    if (id.isEmpty() || id.length() > MAX_CHARS) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && "-_.:+/=".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
