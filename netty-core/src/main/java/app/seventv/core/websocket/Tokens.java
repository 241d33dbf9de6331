package app.seventv.core.websocket;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;

/** Tokens in header fields (RFC 9110 §5.6.2). */
final class Tokens {
  private Tokens() {}

  /** Whether a character may be part of a token. */
  static boolean isTokenChar(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  /** The members of a field that is a list, over all its lines; empty ones do not count. */
  static List<String> list(HttpHeaders headers, String name) {
    List<String> members = new ArrayList<>();
    for (String value : headers.getAll(name)) {
      for (String part : value.split(",", -1)) {
        String member = part.strip();
        if (!member.isEmpty()) {
          members.add(member);
        }
      }
    }
    return members;
  }

  /** Whether a field that is a list has the member; case does not matter. */
  static boolean contains(HttpHeaders headers, String name, String token) {
    if (token.equalsIgnoreCase(headers.get(name))) {
      return true; // as nearly always
    }
    for (String member : list(headers, name)) {
      if (member.equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }
}
