/** What event clients subscribe to: types of events and the scopes they apply to. */
@NullMarked
package app.seventv.model.topic;

import org.jspecify.annotations.NullMarked;
