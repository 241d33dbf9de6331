package app.seventv.core.http;

import org.jspecify.annotations.Nullable;

/**
 * A TLS handshake that has ended, well or not.
 *
 * @param quic whether it ran inside QUIC
 * @param failure why it failed, of a small fixed set, or null if it did not
 * @param resumed whether it continued an earlier session
 * @param version as {@code TLSv1.3}; empty on failure
 * @param cipher name of the cipher suite; empty on failure
 * @param durationNs from accept to end
 */
public record Handshake(
    boolean quic,
    @Nullable String failure,
    boolean resumed,
    String version,
    String cipher,
    long durationNs) {}
