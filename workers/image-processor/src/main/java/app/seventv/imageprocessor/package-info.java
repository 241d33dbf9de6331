/** Uploads to resized images. */
@NullMarked
package app.seventv.imageprocessor;

import org.jspecify.annotations.NullMarked;
