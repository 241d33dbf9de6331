/** The GraphQL transport that v3 and v4 share: parsing, limits, errors, wiring, batching. */
@NullMarked
package app.seventv.api.graphql;

import org.jspecify.annotations.NullMarked;
