/** Tests of the settings. */
@NullMarked
package app.seventv.core.config;

import org.jspecify.annotations.NullMarked;
