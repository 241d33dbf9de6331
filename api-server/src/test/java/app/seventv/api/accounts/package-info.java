/** Tests of tokens. */
@NullMarked
package app.seventv.api.accounts;

import org.jspecify.annotations.NullMarked;
