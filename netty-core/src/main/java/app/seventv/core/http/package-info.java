/** The request and response model that is the same for every HTTP version. */
@NullMarked
package app.seventv.core.http;

import org.jspecify.annotations.NullMarked;
