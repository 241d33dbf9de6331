/**
 * What every server of the platform tells about itself: HTTP figures, access log, server spans. The
 * handlers know none of it; it hangs on {@link app.seventv.core.http.HttpObserver}.
 */
@NullMarked
package app.seventv.core.observe;

import org.jspecify.annotations.NullMarked;
