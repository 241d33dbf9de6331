/** JMH guards and load generators. */
@NullMarked
package app.seventv.benchmarks;

import org.jspecify.annotations.NullMarked;
