/**
 * Limits on clients by their network address. Read {@link app.seventv.core.limits.AddressLimits}
 * first; {@code http.Door} asks it before a connection costs anything. {@code BlockCounts} and
 * {@code ConnectionRates} are its memory, a number for each block of addresses.
 */
@NullMarked
package app.seventv.core.limits;

import org.jspecify.annotations.NullMarked;
