/**
 * The request and response model that is the same for every HTTP version, and the three versions.
 *
 * <p>Read {@link app.seventv.core.http.Exchange} first: it is all that a handler sees. {@link
 * app.seventv.core.http.HttpServer} puts listeners, limits and a handler together. Then {@code
 * HttpExchange}, its one implementation, and {@code ExchangeTransport}, the seam to the protocols:
 * {@code Http1Transport}, {@code Http2Stream} and {@code Http3Stream} are the three sides of it.
 * {@code ConnectionInitializer} and {@code QuicInitializer} show how a connection gets there.
 */
@NullMarked
package app.seventv.core.http;

import org.jspecify.annotations.NullMarked;
