package app.seventv.api.graphql;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One GraphQL request as it arrived.
 *
 * @param query the document text
 * @param operationName which operation to run when the document has several
 * @param variables variables by name
 */
public record GraphqlRequest(
    String query, @Nullable String operationName, Map<String, @Nullable Object> variables) {}
