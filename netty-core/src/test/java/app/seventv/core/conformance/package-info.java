/** What the standards ask for, and what others' tools check. */
@NullMarked
package app.seventv.core.conformance;

import org.jspecify.annotations.NullMarked;
