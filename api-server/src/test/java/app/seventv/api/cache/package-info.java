/** Tests of the package of the same name. */
@NullMarked
package app.seventv.api.cache;

import org.jspecify.annotations.NullMarked;
