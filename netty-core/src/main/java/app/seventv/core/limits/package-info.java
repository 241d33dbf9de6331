/** Limits on clients by their network address. */
@NullMarked
package app.seventv.core.limits;

import org.jspecify.annotations.NullMarked;
