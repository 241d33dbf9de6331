/**
 * HTTP semantics above the protocols (RFC 9110, 9111): conditional and range requests, negotiation,
 * compression, static files, cross-origin rules. All of it wraps handlers or answers exchanges, and
 * knows no HTTP version.
 *
 * <p>Read {@link app.seventv.core.content.ConditionalResponse} first: it answers reads of a {@link
 * app.seventv.core.content.Representation}. {@link app.seventv.core.content.Compression} and {@link
 * app.seventv.core.content.RequestDecoding} are handlers around handlers; {@link
 * app.seventv.core.content.StaticFiles} puts everything together.
 */
@NullMarked
package app.seventv.core.content;

import org.jspecify.annotations.NullMarked;
