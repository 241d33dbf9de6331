/** The cache of the image edge under measurement; in its package, as its classes are its own. */
@NullMarked
package app.seventv.cdn;

import org.jspecify.annotations.NullMarked;
