/** From events on the bus to what clients are told about them: pure conversion, no I/O. */
@NullMarked
package app.seventv.events.dispatch;

import org.jspecify.annotations.NullMarked;
