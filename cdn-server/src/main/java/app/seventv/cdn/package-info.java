/** The image edge: routes, memory cache, origin and purge (cdn.md). */
@NullMarked
package app.seventv.cdn;

import org.jspecify.annotations.NullMarked;
