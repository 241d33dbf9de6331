/** Attacks on real servers: they must stay alive, bounded and of use to others. */
@NullMarked
package app.seventv.core.attacks;

import org.jspecify.annotations.NullMarked;
