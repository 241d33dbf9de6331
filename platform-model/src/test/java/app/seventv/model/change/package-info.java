/** Tests of change notifications. */
@NullMarked
package app.seventv.model.change;

import org.jspecify.annotations.NullMarked;
