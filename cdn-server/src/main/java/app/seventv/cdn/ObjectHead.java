package app.seventv.cdn;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an object besides its bytes.
 *
 * @param contentType media type as stored, or null
 * @param etag strong entity tag with its quotes, or null
 * @param lastModified seconds since 1970, or {@link app.seventv.core.http.HttpDate#INVALID}
 * @param lifetime how long it is fresh (cdn.md §5.2)
 */
record ObjectHead(
    @Nullable String contentType, @Nullable String etag, long lastModified, Duration lifetime) {}
