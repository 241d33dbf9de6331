/**
 * WebSocket (RFC 6455): handshake, a codec without an object per frame, and the session seen by
 * servers.
 */
@NullMarked
package app.seventv.core.websocket;

import org.jspecify.annotations.NullMarked;
