/** Tests of the live-event service. */
@NullMarked
package app.seventv.events;

import org.jspecify.annotations.NullMarked;
