/** Tests of the figures. */
@NullMarked
package app.seventv.core.metrics;

import org.jspecify.annotations.NullMarked;
