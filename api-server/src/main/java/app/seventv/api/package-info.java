/** The v3 and v4 APIs. */
@NullMarked
package app.seventv.api;

import org.jspecify.annotations.NullMarked;
