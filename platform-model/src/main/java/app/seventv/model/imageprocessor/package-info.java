/**
 * Messages and stubs between the API and the image processor, generated from {@code
 * image_processor.proto} (image-processor.md §2).
 */
@NullMarked
package app.seventv.model.imageprocessor;

import org.jspecify.annotations.NullMarked;
