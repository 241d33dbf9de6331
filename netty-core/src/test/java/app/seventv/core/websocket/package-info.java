/** Tests of the websocket layer over real sockets. */
@NullMarked
package app.seventv.core.websocket;

import org.jspecify.annotations.NullMarked;
