/** Tests of limits by network address. */
@NullMarked
package app.seventv.core.limits;

import org.jspecify.annotations.NullMarked;
