/** Tests of the search index worker. */
@NullMarked
package app.seventv.searchindex;

import org.jspecify.annotations.NullMarked;
