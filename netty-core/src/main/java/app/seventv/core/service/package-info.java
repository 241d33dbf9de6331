/** The life of a server process: start, health, watchdog, drain and exit, the same for all. */
@NullMarked
package app.seventv.core.service;

import org.jspecify.annotations.NullMarked;
