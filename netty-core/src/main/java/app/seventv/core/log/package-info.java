/** Log output that never blocks an event loop: JSON lines for machines, text for people. */
@NullMarked
package app.seventv.core.log;

import org.jspecify.annotations.NullMarked;
