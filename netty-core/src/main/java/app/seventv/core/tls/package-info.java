/** TLS for TCP and QUIC listeners: certificates, session tickets, client certificates. */
@NullMarked
package app.seventv.core.tls;

import org.jspecify.annotations.NullMarked;
