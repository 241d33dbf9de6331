/** Tests of the API as a whole, over real sockets. */
@NullMarked
package app.seventv.api;

import org.jspecify.annotations.NullMarked;
