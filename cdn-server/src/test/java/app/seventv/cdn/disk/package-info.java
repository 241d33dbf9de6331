/** Objects on local disk, under the memory cache: bounded, checksummed, warm after a restart. */
@NullMarked
package app.seventv.cdn.disk;

import org.jspecify.annotations.NullMarked;
