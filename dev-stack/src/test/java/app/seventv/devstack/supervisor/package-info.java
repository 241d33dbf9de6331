/** Tests of the process supervisor. */
@NullMarked
package app.seventv.devstack.supervisor;

import org.jspecify.annotations.NullMarked;
