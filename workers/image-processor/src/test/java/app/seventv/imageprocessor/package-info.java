/** Tests of the image processor, against real codec programs and backing services. */
@NullMarked
package app.seventv.imageprocessor;

import org.jspecify.annotations.NullMarked;
