/** Tests of topics. */
@NullMarked
package app.seventv.model.topic;

import org.jspecify.annotations.NullMarked;
