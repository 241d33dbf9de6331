@NullMarked
package app.seventv.cdn.memory;

import org.jspecify.annotations.NullMarked;
