/** Tests of the conversion of bus events. */
@NullMarked
package app.seventv.events.dispatch;

import org.jspecify.annotations.NullMarked;
