/** Tests of the development message bus. */
@NullMarked
package app.seventv.devstack.nats;

import org.jspecify.annotations.NullMarked;
