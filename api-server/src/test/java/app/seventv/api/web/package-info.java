/** Tests of what happens around every endpoint. */
@NullMarked
package app.seventv.api.web;

import org.jspecify.annotations.NullMarked;
