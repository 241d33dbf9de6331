package app.seventv.api.graphql;

import app.seventv.api.common.RequestContext;
import graphql.ExecutionInput;
import graphql.GraphQLContext;

/**
 * Bounds an answer. Complexity counts what is written in a document, but lists within lists make
 * few words into millions of values (api-v3.md §15, pitfall 26). The count is one for all requests
 * of a batch.
 */
final class AnswerSize {
  private final int maxFields;
  private final RequestContext request;
  private final ExecutionInput execution;
  private volatile boolean exceeded;

  AnswerSize(int maxFields, RequestContext request, ExecutionInput execution) {
    this.maxFields = maxFields;
    this.request = request;
    this.execution = execution;
  }

  /** Counts a field that is about to be read; the engine stops soon after one too many. */
  static void count(GraphQLContext context) {
    AnswerSize size = context.get(AnswerSize.class);
    if (size != null && size.request.countField() > size.maxFields) {
      size.exceeded = true;
      size.execution.cancel();
    }
  }

  boolean isExceeded() {
    return exceeded;
  }
}
