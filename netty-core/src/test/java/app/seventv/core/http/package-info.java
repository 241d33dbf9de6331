/** Tests of the HTTP layer over real sockets. */
@NullMarked
package app.seventv.core.http;

import org.jspecify.annotations.NullMarked;
