/** Tests of billing. */
@NullMarked
package app.seventv.api.billing;

import org.jspecify.annotations.NullMarked;
