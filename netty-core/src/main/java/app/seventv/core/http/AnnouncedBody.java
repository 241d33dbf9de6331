package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/** Counts the body of a response and holds it to the length that its head announced. */
final class AnnouncedBody {
  private long bytes;

  /** Still to be written; -1 without {@code content-length}. */
  private long left = -1;

  /** Forgets what has been written: another response comes. */
  void renew() {
    bytes = 0;
    left = -1;
  }

  /** Begins a streamed body; one that has no body by its method or status announces nothing. */
  void begin(HttpHeaders headers, boolean bodiless) {
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    if (!bodiless && length != null) {
      left = Long.parseLong(length);
    }
  }

  /** Whether so many more bytes would be too many. */
  boolean exceededBy(long more) {
    return left >= 0 && more > left;
  }

  /** Whether the body may not end yet. */
  boolean isShort() {
    return left > 0;
  }

  void written(long count) {
    bytes += count;
    if (left >= 0) {
      left -= count;
    }
  }

  /** Bytes written so far. */
  long bytes() {
    return bytes;
  }
}
