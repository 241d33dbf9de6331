/**
 * WebSocket (RFC 6455): handshake, a codec without an object per frame, and the session seen by
 * servers.
 *
 * <p>Read {@link app.seventv.core.websocket.WebSocketListener} and {@link
 * app.seventv.core.websocket.WebSocket} first: they are what a server sees. {@link
 * app.seventv.core.websocket.WebSocketHandshake} makes a websocket of an exchange; {@code
 * WebSocketSession} is its states, over a connection of its own ({@code WebSocketChannelHandler},
 * HTTP/1.1), a socket without a channel ({@code SocketTransport}, HTTP/1.1 on io_uring) or a stream
 * ({@code WebSocketExchange}, HTTP/2 and 3). {@code FrameDecoder} reads frames, {@code
 * WebSocketFrames} writes them.
 */
@NullMarked
package app.seventv.core.websocket;

import org.jspecify.annotations.NullMarked;
