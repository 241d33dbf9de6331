/** The development login provider: imitates the OAuth2 endpoints that a login goes through. */
@NullMarked
package app.seventv.devstack.login;

import org.jspecify.annotations.NullMarked;
