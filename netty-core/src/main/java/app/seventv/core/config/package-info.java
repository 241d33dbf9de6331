/** Typed settings read from defaults, TOML files, the environment and the command line. */
@NullMarked
package app.seventv.core.config;

import org.jspecify.annotations.NullMarked;
