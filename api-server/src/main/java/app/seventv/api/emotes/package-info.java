/** Changes of emotes. */
@NullMarked
package app.seventv.api.emotes;

import org.jspecify.annotations.NullMarked;
