/** Tests of the seed rows. */
@NullMarked
package app.seventv.devstack.seed;

import org.jspecify.annotations.NullMarked;
