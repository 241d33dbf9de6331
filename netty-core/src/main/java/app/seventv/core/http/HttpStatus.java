package app.seventv.core.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Reason phrases of status codes (RFC 7231 §6), as today's clients get them. */
public final class HttpStatus {
  private HttpStatus() {}

  /** Phrase of a code, e.g. {@code Not Found}. */
  public static String reason(int status) {
    return switch (status) { // Netty's are those of RFC 2616
      case 413 -> "Payload Too Large";
      case 414 -> "URI Too Long";
      case 416 -> "Range Not Satisfiable";
      default -> HttpResponseStatus.valueOf(status).reasonPhrase();
    };
  }
}
