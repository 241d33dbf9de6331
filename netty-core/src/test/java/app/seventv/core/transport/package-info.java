/** Tests of event loops and listeners. */
@NullMarked
package app.seventv.core.transport;

import org.jspecify.annotations.NullMarked;
