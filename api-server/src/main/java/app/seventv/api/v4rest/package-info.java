/** The v4 REST routes (api-v4.md §7). */
@NullMarked
package app.seventv.api.v4rest;

import org.jspecify.annotations.NullMarked;
