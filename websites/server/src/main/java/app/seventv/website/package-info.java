/**
 * Static server of both websites.
 *
 * <p>Files come from a snapshot ({@link app.seventv.website.FileTable}), not from netty-core's
 * {@code StaticFiles}, which serves a directory that changes while it runs. A build is small and
 * never changes: read whole at start it is checked before the first request (shell, routes,
 * manifest), a page and the scripts that it names are of one build even while the next is being
 * copied over it, and no request waits for a disk. Most answers are the shell, rendered in memory,
 * which no directory has. Codings, tags, conditions and ranges are netty-core's for both: {@code
 * CodedVariants}, {@code EntityTag}, {@code Representation}, {@code ConditionalResponse}.
 */
@NullMarked
package app.seventv.website;

import org.jspecify.annotations.NullMarked;
