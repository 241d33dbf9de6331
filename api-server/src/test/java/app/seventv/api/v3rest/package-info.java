/** Tests of the package of the same name. */
@NullMarked
package app.seventv.api.v3rest;

import org.jspecify.annotations.NullMarked;
