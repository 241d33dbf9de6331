package app.seventv.core.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Reason phrases of status codes (RFC 9110 §15). */
public final class HttpStatus {
  private HttpStatus() {}

  /** Phrase of a code, e.g. {@code Not Found}. */
  public static String reason(int status) {
    return HttpResponseStatus.valueOf(status).reasonPhrase();
  }
}
