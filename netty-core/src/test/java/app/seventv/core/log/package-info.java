/** Tests of log output. */
@NullMarked
package app.seventv.core.log;

import org.jspecify.annotations.NullMarked;
