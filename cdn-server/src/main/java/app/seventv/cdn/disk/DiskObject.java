package app.seventv.cdn.disk;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * An object as the disk keeps it.
 *
 * @param contentType the origin's content type
 * @param etag the origin's entity tag
 * @param lastModifiedSeconds the origin's last modification, in seconds since 1970, or {@link
 *     #UNKNOWN}
 * @param storedAtMs when the origin gave it, in milliseconds since 1970
 * @param lifetimeMs how long it is fresh from then on
 * @param body all its bytes; whoever receives the object owns the reference
 */
public record DiskObject(
    @Nullable String contentType,
    @Nullable String etag,
    long lastModifiedSeconds,
    long storedAtMs,
    long lifetimeMs,
    ByteBuf body) {
  /** The origin did not say. */
  public static final long UNKNOWN = Long.MIN_VALUE;
}
