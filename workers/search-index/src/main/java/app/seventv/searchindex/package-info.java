/** NATS to Typesense. */
@NullMarked
package app.seventv.searchindex;

import org.jspecify.annotations.NullMarked;
