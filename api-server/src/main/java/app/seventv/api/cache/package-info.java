/** What is kept in memory of the database, and how it learns of changes. */
@NullMarked
package app.seventv.api.cache;

import org.jspecify.annotations.NullMarked;
