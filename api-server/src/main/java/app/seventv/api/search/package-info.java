/** The search index behind a small port. */
@NullMarked
package app.seventv.api.search;

import org.jspecify.annotations.NullMarked;
