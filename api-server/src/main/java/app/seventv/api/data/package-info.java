/** Reads and writes of the document store: loaders, transactions, leases, audit log. */
@NullMarked
package app.seventv.api.data;

import org.jspecify.annotations.NullMarked;
