/**
 * Memory off the heap for bodies: what is used, and what of it is resident, is known to the byte.
 */
@NullMarked
package app.seventv.cdn.memory;

import org.jspecify.annotations.NullMarked;
