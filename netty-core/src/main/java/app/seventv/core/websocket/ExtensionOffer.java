package app.seventv.core.websocket;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One offer of {@code sec-websocket-extensions} (RFC 6455 §9.1).
 *
 * @param name token of the extension in lower case
 * @param parameters values by name in lower case; the empty string for a parameter without a value
 * @param repeated whether a parameter appears twice
 */
record ExtensionOffer(String name, Map<String, String> parameters, boolean repeated) {
  /** Offers after this many are not looked at. */
  private static final int MAX_OFFERS = 16;

  private static final String PER_MESSAGE_DEFLATE = "permessage-deflate";
  private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
  private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
  private static final String SERVER_WINDOW = "server_max_window_bits";
  private static final String CLIENT_WINDOW = "client_max_window_bits";
  private static final int MIN_WINDOW_BITS = 8;

  /** The only window that the JDK's deflater has. */
  private static final int MAX_WINDOW_BITS = 15;

  /**
   * The offers of a field value in order of preference.
   *
   * @return null if the value does not follow the grammar, which must fail the handshake
   */
  static @Nullable List<ExtensionOffer> parse(String field) {
    Scanner scanner = new Scanner(field);
    List<ExtensionOffer> offers = new ArrayList<>();
    do {
      scanner.skipSpace();
      if (scanner.atListSeparator()) {
        continue; // RFC 9110 §5.6.1.2: empty elements do not count
      }
      ExtensionOffer offer = scanner.offer();
      if (offer == null) {
        return null;
      }
      if (offers.size() < MAX_OFFERS) {
        offers.add(offer);
      }
    } while (scanner.skip(','));
    return scanner.atEnd() ? offers : null;
  }

  /**
   * The answer to this offer, or null to decline it.
   *
   * <p>Both sides always give up their context: nothing may be kept for idle sessions. A client may
   * use any window. Ours is 15 bits, so an offer that asks for a smaller one is declined.
   */
  @Nullable String accept() {
    if (!name.equals(PER_MESSAGE_DEFLATE) || repeated) {
      return null;
    }
    String serverWindow = "";
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      String value = parameter.getValue();
      boolean valid =
          switch (parameter.getKey()) {
            case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT -> value.isEmpty();
            case CLIENT_WINDOW -> value.isEmpty() || windowBits(value) > 0;
            case SERVER_WINDOW -> windowBits(value) == MAX_WINDOW_BITS;
            default -> false; // RFC 7692 §7: unknown parameters decline the offer
          };
      if (!valid) {
        return null;
      }
      if (parameter.getKey().equals(SERVER_WINDOW)) {
        serverWindow = "; " + SERVER_WINDOW + "=" + MAX_WINDOW_BITS;
      }
    }
    return PER_MESSAGE_DEFLATE + "; " + SERVER_NO_CONTEXT + "; " + CLIENT_NO_CONTEXT + serverWindow;
  }

  /** 8 to 15 without leading zeros (RFC 7692 §7.1.2), or -1. */
  private static int windowBits(String value) {
    for (int bits = MIN_WINDOW_BITS; bits <= MAX_WINDOW_BITS; bits++) {
      if (value.equals(Integer.toString(bits))) {
        return bits;
      }
    }
    return -1;
  }

  /** Reads the grammar of RFC 6455 §9.1. */
  private static final class Scanner {
    private final String text;
    private int at;

    Scanner(String text) {
      this.text = text;
    }

    boolean atEnd() {
      return at == text.length();
    }

    boolean atListSeparator() {
      return atEnd() || text.charAt(at) == ',';
    }

    void skipSpace() {
      while (!atEnd() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }

    boolean skip(char expected) {
      skipSpace();
      boolean found = !atEnd() && text.charAt(at) == expected;
      if (found) {
        at++;
      }
      return found;
    }

    @Nullable ExtensionOffer offer() {
      String name = token();
      if (name.isEmpty()) {
        return null;
      }
      Map<String, String> parameters = new LinkedHashMap<>();
      boolean repeated = false;
      while (skip(';')) {
        skipSpace();
        String parameter = token().toLowerCase(Locale.ROOT);
        String value = skip('=') ? value() : "";
        if (parameter.isEmpty() || value == null) {
          return null;
        }
        repeated |= parameters.put(parameter, value) != null;
      }
      return new ExtensionOffer(name.toLowerCase(Locale.ROOT), parameters, repeated);
    }

    /** A token, or a token in quotes; null for anything else. */
    private @Nullable String value() {
      skipSpace();
      boolean quoted = skip('"');
      String value = token();
      return value.isEmpty() || (quoted && !skip('"')) ? null : value;
    }

    private String token() {
      int start = at;
      while (!atEnd() && Tokens.isTokenChar(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }
  }
}
