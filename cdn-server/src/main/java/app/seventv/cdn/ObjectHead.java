package app.seventv.cdn;

import app.seventv.core.http.HttpDate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an object besides its bytes.
 *
 * @param contentType media type as stored, or null
 * @param etag strong entity tag with its quotes, or null
 * @param lastModified seconds since 1970, or {@link HttpDate#INVALID}
 * @param lifetime how long it is fresh (cdn.md §5.2)
 */
record ObjectHead(
    @Nullable String contentType, @Nullable String etag, long lastModified, Duration lifetime) {
  /** The last lifetime seen: nearly all objects have the same. */
  private static volatile Duration latest = Duration.ZERO;

  /** Shares what nearly all objects have in common. */
  ObjectHead {
    contentType = shared(contentType);
    lifetime = shared(lifetime);
  }

  private static Duration shared(Duration lifetime) {
    Duration known = latest;
    if (known.equals(lifetime)) {
      return known;
    }
    latest = lifetime;
    return lifetime;
  }

  /** The same with what a 304 says anew; the tag stays, since it names the same bytes. */
  ObjectHead updated(OriginAnswer.NotModified news) {
    Duration told = news.lifetime();
    return new ObjectHead(
        contentType,
        etag,
        news.lastModified() == HttpDate.INVALID ? lastModified : news.lastModified(),
        told == null ? lifetime : told);
  }

  private static @Nullable String shared(@Nullable String type) {
    return switch (type) {
      case "image/webp" -> "image/webp";
      case "image/avif" -> "image/avif";
      case "image/gif" -> "image/gif";
      case "image/png" -> "image/png";
      case null, default -> type;
    };
  }
}
