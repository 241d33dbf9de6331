/** Changes of paints. */
@NullMarked
package app.seventv.api.cosmetics;

import org.jspecify.annotations.NullMarked;
