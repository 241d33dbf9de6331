/** Tests of the image edge. */
@NullMarked
package app.seventv.cdn;

import org.jspecify.annotations.NullMarked;
