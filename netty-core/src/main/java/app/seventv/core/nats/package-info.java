/** The NATS connection that most services share: its settings, its life, its health. */
@NullMarked
package app.seventv.core.nats;

import org.jspecify.annotations.NullMarked;
