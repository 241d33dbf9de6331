/** Counters, gauges and histograms in the Prometheus formats, and figures of the JVM. */
@NullMarked
package app.seventv.core.metrics;

import org.jspecify.annotations.NullMarked;
