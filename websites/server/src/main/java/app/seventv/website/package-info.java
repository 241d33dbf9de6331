/** Static server of both websites. */
@NullMarked
package app.seventv.website;

import org.jspecify.annotations.NullMarked;
