/** Protocol conformance suites, run against real servers. */
@NullMarked
package app.seventv.core.conformance;

import org.jspecify.annotations.NullMarked;
