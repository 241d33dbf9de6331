/** Tests of the connection to NATS. */
@NullMarked
package app.seventv.core.nats;

import org.jspecify.annotations.NullMarked;
