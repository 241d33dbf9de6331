/**
 * Attacks on a server in a process of its own, by an attacker in another, while a valid client
 * measures what is left for it.
 */
@NullMarked
package app.seventv.core.attacks;

import org.jspecify.annotations.NullMarked;
