/** Event loops over io_uring, epoll or NIO, and listeners with one socket per loop. */
@NullMarked
package app.seventv.core.transport;

import org.jspecify.annotations.NullMarked;
