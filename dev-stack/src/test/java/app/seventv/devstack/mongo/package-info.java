/** Contract tests of the data layer's MongoDB features, and tests of the embedded server. */
@NullMarked
package app.seventv.devstack.mongo;

import org.jspecify.annotations.NullMarked;
