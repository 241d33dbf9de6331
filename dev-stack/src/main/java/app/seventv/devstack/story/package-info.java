/** The story that must always work, played step by step against a running platform. */
@NullMarked
package app.seventv.devstack.story;

import org.jspecify.annotations.NullMarked;
