@NullMarked
package app.seventv.core.trace;

import org.jspecify.annotations.NullMarked;
