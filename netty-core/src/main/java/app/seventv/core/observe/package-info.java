/**
 * What every server of the platform tells about itself: HTTP figures, access log, server spans. The
 * handlers know none of it; it hangs on {@link app.seventv.core.http.HttpObserver}.
 *
 * <p>Read {@link app.seventv.core.observe.Telemetry} first: it puts the observers together. {@code
 * HttpMetrics} counts on the loops without locks, {@code HttpFigures} sums up for a scrape.
 */
@NullMarked
package app.seventv.core.observe;

import org.jspecify.annotations.NullMarked;
