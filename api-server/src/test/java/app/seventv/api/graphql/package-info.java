/** Tests of the GraphQL transport. */
@NullMarked
package app.seventv.api.graphql;

import org.jspecify.annotations.NullMarked;
