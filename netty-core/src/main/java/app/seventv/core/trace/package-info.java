/** W3C trace context, and spans sent by OTLP over HTTP. Knows nothing of servers. */
@NullMarked
package app.seventv.core.trace;

import org.jspecify.annotations.NullMarked;
