/** Tests of sockets without channels. */
@NullMarked
package app.seventv.core.sockets;

import org.jspecify.annotations.NullMarked;
