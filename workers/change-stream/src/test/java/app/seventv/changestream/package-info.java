/** Tests of the change stream worker. */
@NullMarked
package app.seventv.changestream;

import org.jspecify.annotations.NullMarked;
