@NullMarked
package app.seventv.core.observe;

import org.jspecify.annotations.NullMarked;
