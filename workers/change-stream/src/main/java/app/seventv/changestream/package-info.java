/** MongoDB change stream to NATS JetStream. */
@NullMarked
package app.seventv.changestream;

import org.jspecify.annotations.NullMarked;
