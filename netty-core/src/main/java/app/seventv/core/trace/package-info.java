/**
 * W3C trace context, and spans sent by OTLP over HTTP. Knows nothing of servers.
 *
 * <p>Read {@link app.seventv.core.trace.Tracing} first; {@link app.seventv.core.trace.TraceContext}
 * is what travels in header fields.
 */
@NullMarked
package app.seventv.core.trace;

import org.jspecify.annotations.NullMarked;
