/** Uploaded images: multipart bodies, the image processor, its results. */
@NullMarked
package app.seventv.api.uploads;

import org.jspecify.annotations.NullMarked;
