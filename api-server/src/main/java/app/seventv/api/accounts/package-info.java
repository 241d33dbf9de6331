/** Sign-in with the platforms, access tokens and sessions. */
@NullMarked
package app.seventv.api.accounts;

import org.jspecify.annotations.NullMarked;
