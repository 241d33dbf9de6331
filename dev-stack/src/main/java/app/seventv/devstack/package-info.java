/** Embedded backing services, sample data, supervisor and the story check. */
@NullMarked
package app.seventv.devstack;

import org.jspecify.annotations.NullMarked;
