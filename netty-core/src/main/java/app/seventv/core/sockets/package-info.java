/**
 * Sockets without a channel: what an idle connection costs once HTTP is over.
 *
 * <p>Read {@link app.seventv.core.sockets.SocketTable} first. It takes sockets over from Netty's
 * io_uring channels and serves them from arrays; {@link app.seventv.core.sockets.SocketUser} is
 * told what happens. {@code SendQueue} exists only while something waits for a client, {@code
 * SocketCalls} are the four system calls that go past the ring, {@code TlsSocket} is TLS without
 * Netty's engine. See docs/decisions/0016 and 0020.
 */
@NullMarked
package app.seventv.core.sockets;

import org.jspecify.annotations.NullMarked;
