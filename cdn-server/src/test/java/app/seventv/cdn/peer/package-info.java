/** Which node of the CDN owns a key, and how to ask it. */
@NullMarked
package app.seventv.cdn.peer;

import org.jspecify.annotations.NullMarked;
