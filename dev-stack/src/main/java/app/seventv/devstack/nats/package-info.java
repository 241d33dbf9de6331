/** The development message bus: the real nats-server as a child process. */
@NullMarked
package app.seventv.devstack.nats;

import org.jspecify.annotations.NullMarked;
