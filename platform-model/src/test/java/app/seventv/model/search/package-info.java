/** Tests of search documents. */
@NullMarked
package app.seventv.model.search;

import org.jspecify.annotations.NullMarked;
