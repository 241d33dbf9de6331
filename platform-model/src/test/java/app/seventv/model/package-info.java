/** Tests of ids, documents and permissions. */
@NullMarked
package app.seventv.model;

import org.jspecify.annotations.NullMarked;
