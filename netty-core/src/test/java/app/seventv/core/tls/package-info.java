/** Tests of certificates, session tickets and client certificates. */
@NullMarked
package app.seventv.core.tls;

import org.jspecify.annotations.NullMarked;
