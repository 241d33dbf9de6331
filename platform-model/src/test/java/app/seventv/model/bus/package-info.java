/** Tests of the event bus. */
@NullMarked
package app.seventv.model.bus;

import org.jspecify.annotations.NullMarked;
