/** Rules that hold for the whole core. */
@NullMarked
package app.seventv.core;

import org.jspecify.annotations.NullMarked;
