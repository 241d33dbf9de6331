package app.seventv.core.content;

import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decodes request bodies (RFC 9110 §8.4): handlers behind it see plain bytes, and no {@code
 * content-encoding}. What a body may become is bounded while it is being decoded, whatever its
 * coding; broken data is a 400, a coding that is not known a 415 that names those that are
 * (§15.5.16).
 */
public final class RequestDecoding {
  private static final List<ContentCoding> CODINGS =
      ContentCoding.available(
          ContentCoding.GZIP, ContentCoding.DEFLATE, ContentCoding.BR, ContentCoding.ZSTD);

  private static final String ACCEPTED =
      CODINGS.stream().map(ContentCoding::token).collect(Collectors.joining(", "));

  private RequestDecoding() {}

  /**
   * Wraps a handler.
   *
   * @param maxInflatedBytes largest decoded body, for streamed ones too; the handler's own limit
   *     counts as well
   * @param executor decodes, a bounded part at a time, e.g. virtual threads
   */
  public static Handler wrap(int maxInflatedBytes, Executor executor, Handler next) {
    return exchange -> {
      HttpHeaders headers = exchange.request().headers();
      if (!headers.contains(HttpHeaderNames.CONTENT_ENCODING)) {
        next.handle(exchange);
        return;
      }
      ContentCoding coding = coding(headers);
      if (coding == null) {
        throw new HttpError(415, "this content-encoding is not supported")
            .with("accept-encoding", ACCEPTED);
      }
      headers.remove(HttpHeaderNames.CONTENT_ENCODING);
      if (coding == ContentCoding.IDENTITY) {
        next.handle(exchange);
        return;
      }
      headers.remove(HttpHeaderNames.CONTENT_LENGTH);
      next.handle(new DecodingExchange(exchange, coding, maxInflatedBytes, executor));
    };
  }

  /** The one coding that was applied; null if it is unknown, or if there are several. */
  private static @Nullable ContentCoding coding(HttpHeaders headers) {
    String field = Negotiation.joined(headers, HttpHeaderNames.CONTENT_ENCODING);
    ContentCoding found = ContentCoding.IDENTITY;
    for (String token : field == null ? new String[0] : field.split(",", -1)) {
      ContentCoding coding =
          token.isBlank() ? ContentCoding.IDENTITY : ContentCoding.of(token.strip());
      if (coding == null
          || (coding != ContentCoding.IDENTITY
              && (found != ContentCoding.IDENTITY || !CODINGS.contains(coding)))) {
        return null;
      }
      found = coding == ContentCoding.IDENTITY ? found : coding;
    }
    return found;
  }
}
