/** TLS contexts for TCP and QUIC listeners. */
@NullMarked
package app.seventv.core.tls;

import org.jspecify.annotations.NullMarked;
