/** Messages of the internal event bus and their MessagePack form. */
@NullMarked
package app.seventv.model.bus;

import org.jspecify.annotations.NullMarked;
