/** The rows without which a new installation does not work, and a few invented people. */
@NullMarked
package app.seventv.devstack.seed;

import org.jspecify.annotations.NullMarked;
