/** The v4 GraphQL endpoint: which field answers what (api-v4.md §8 to §11). */
@NullMarked
package app.seventv.api.v4graphql;

import org.jspecify.annotations.NullMarked;
