/** What every part of the API shares: error codes, callers, validators, rate limits. */
@NullMarked
package app.seventv.api.common;

import org.jspecify.annotations.NullMarked;
