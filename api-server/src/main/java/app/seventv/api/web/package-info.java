/** The HTTP layer around every endpoint: CORS, client address, cookies, sessions, errors. */
@NullMarked
package app.seventv.api.web;

import org.jspecify.annotations.NullMarked;
