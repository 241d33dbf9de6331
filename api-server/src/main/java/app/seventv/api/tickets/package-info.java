/** Reports and their handling. */
@NullMarked
package app.seventv.api.tickets;

import org.jspecify.annotations.NullMarked;
