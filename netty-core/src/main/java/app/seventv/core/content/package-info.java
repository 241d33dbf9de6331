/**
 * HTTP semantics above the protocols (RFC 9110, 9111): conditional and range requests, negotiation,
 * compression, static files, cross-origin rules.
 */
@NullMarked
package app.seventv.core.content;

import org.jspecify.annotations.NullMarked;
