/**
 * Event loops over io_uring, epoll or NIO, and listeners with one socket per loop.
 *
 * <p>Read {@link app.seventv.core.transport.EventLoops} first: everything with a socket starts
 * there. {@link app.seventv.core.transport.Transport} holds what the three interfaces do
 * differently. {@link app.seventv.core.transport.Handover} passes sockets to the next process, so
 * that a restart refuses nobody.
 */
@NullMarked
package app.seventv.core.transport;

import org.jspecify.annotations.NullMarked;
