/** Change notifications between the workers: the stream's name and the messages (workers.md §3). */
@NullMarked
package app.seventv.model.change;

import org.jspecify.annotations.NullMarked;
