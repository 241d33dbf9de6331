/** Ids, documents, permissions and bus messages of the platform. */
@NullMarked
package app.seventv.model;

import org.jspecify.annotations.NullMarked;
