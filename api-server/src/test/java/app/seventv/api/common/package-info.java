/** Tests of validators and rate limits. */
@NullMarked
package app.seventv.api.common;

import org.jspecify.annotations.NullMarked;
