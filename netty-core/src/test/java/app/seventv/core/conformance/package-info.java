/** Conformance suites of others, run against our servers. */
@NullMarked
package app.seventv.core.conformance;

import org.jspecify.annotations.NullMarked;
