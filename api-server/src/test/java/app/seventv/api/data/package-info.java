/** Tests of transactions and announcements. */
@NullMarked
package app.seventv.api.data;

import org.jspecify.annotations.NullMarked;
