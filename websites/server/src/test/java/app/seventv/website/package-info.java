/** Tests of the static server. */
@NullMarked
package app.seventv.website;

import org.jspecify.annotations.NullMarked;
