/** The v3 REST routes and their models (api-v3.md §7, §8, §13). */
@NullMarked
package app.seventv.api.v3rest;

import org.jspecify.annotations.NullMarked;
