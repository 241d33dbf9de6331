/** Tests of how the story is played. */
@NullMarked
package app.seventv.devstack.story;

import org.jspecify.annotations.NullMarked;
