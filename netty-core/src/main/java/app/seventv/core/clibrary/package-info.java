/**
 * Functions of the C library that neither the JDK nor Netty offers. Knows nothing of what they are
 * used for.
 */
@NullMarked
package app.seventv.core.clibrary;

import org.jspecify.annotations.NullMarked;
