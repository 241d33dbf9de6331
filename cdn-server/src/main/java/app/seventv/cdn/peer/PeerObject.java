package app.seventv.cdn.peer;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * An object as one node gives it to another.
 *
 * @param contentType the origin's content type
 * @param etag the origin's entity tag
 * @param lastModified the origin's field, as text
 * @param ageSeconds how long ago the origin gave it
 * @param lifetimeSeconds how long it is fresh from then on
 * @param purges how far purges have come with the peer, in its words
 * @param body all its bytes; whoever receives the object owns the reference
 */
public record PeerObject(
    @Nullable String contentType,
    @Nullable String etag,
    @Nullable String lastModified,
    long ageSeconds,
    long lifetimeSeconds,
    @Nullable String purges,
    ByteBuf body) {}
