/** Tests of HTTP semantics. */
@NullMarked
package app.seventv.core.content;

import org.jspecify.annotations.NullMarked;
