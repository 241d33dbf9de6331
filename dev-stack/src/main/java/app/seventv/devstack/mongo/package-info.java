/** An embedded stand-in for a MongoDB replica set, for development and tests. */
@NullMarked
package app.seventv.devstack.mongo;

import org.jspecify.annotations.NullMarked;
