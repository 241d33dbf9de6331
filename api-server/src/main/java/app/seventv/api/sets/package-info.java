/** Rules of emote sets that both APIs share. */
@NullMarked
package app.seventv.api.sets;

import org.jspecify.annotations.NullMarked;
