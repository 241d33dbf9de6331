/** Tests of what the benchmarks are made of. */
@NullMarked
package app.seventv.benchmarks;

import org.jspecify.annotations.NullMarked;
