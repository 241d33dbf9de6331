/**
 * TLS for TCP and QUIC listeners: certificates, session tickets, client certificates.
 *
 * <p>Read {@link app.seventv.core.tls.TlsContexts} first: it makes the handlers of connections and
 * can be reloaded. {@code TlsMaterial} is what the files hold, {@code TlsGeneration} the contexts
 * made of one state of them, {@link app.seventv.core.tls.TlsWatcher} notices when they change.
 */
@NullMarked
package app.seventv.core.tls;

import org.jspecify.annotations.NullMarked;
