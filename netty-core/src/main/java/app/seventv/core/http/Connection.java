package app.seventv.core.http;

import java.net.InetSocketAddress;

/**
 * Facts about the transport connection under an exchange, fixed when it was accepted.
 *
 * @param protocol HTTP version
 * @param peer address of the socket's other end (a proxy, if there is one)
 * @param localPort port on which the connection was accepted
 * @param secure whether TLS or QUIC protects it
 */
public record Connection(
    Protocol protocol, InetSocketAddress peer, int localPort, boolean secure) {}
