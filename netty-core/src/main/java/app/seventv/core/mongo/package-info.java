/** The {@code database} option group and the MongoDB client made from it. */
@NullMarked
package app.seventv.core.mongo;

import org.jspecify.annotations.NullMarked;
