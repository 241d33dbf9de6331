/** The v3 GraphQL endpoint (api-v3.md §11). */
@NullMarked
package app.seventv.api.v3graphql;

import org.jspecify.annotations.NullMarked;
