/** Live events over websocket and SSE. */
@NullMarked
package app.seventv.events;

import org.jspecify.annotations.NullMarked;
