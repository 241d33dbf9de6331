/** Starts, watches, restarts and stops child processes; knows nothing of what they do. */
@NullMarked
package app.seventv.devstack.supervisor;

import org.jspecify.annotations.NullMarked;
