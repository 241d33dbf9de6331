/** Documents and collection schemas of the search index. */
@NullMarked
package app.seventv.model.search;

import org.jspecify.annotations.NullMarked;
