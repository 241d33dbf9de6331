package app.seventv.api.graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import com.mongodb.MongoTimeoutException;
import graphql.GraphQLError;
import graphql.GraphqlErrorException;
import graphql.execution.AbortExecutionException;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataFetcherExceptionHandlerParameters;
import graphql.execution.DataFetcherExceptionHandlerResult;
import graphql.language.SourceLocation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns failures of fetchers into the error objects of api-v4.md §8 and api-v3.md §3. */
final class GraphqlErrors implements DataFetcherExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GraphqlErrors.class);

  @Override
  public CompletableFuture<DataFetcherExceptionHandlerResult> handleException(
      DataFetcherExceptionHandlerParameters parameters) {
    Throwable failure = unwrap(parameters.getException());
    GraphqlErrorException.Builder error =
        GraphqlErrorException.newErrorException()
            .path(parameters.getPath().toList())
            .sourceLocation(parameters.getSourceLocation());
    switch (failure) {
      case ApiException api -> {
        logInternal(api);
        error.message(message(api)).extensions(extensions(api));
      }
      case MongoTimeoutException late -> {
        ApiException api = ApiException.databaseTimeout();
        error.message(message(api)).extensions(extensions(api));
      }
      case ArgumentException argument -> error.message(String.valueOf(argument.getMessage()));
      case AbortExecutionException stopped -> error.message("stopped"); // see AnswerSize
      default -> {
        LOG.error("GraphQL field {} failed", parameters.getPath(), failure);
        ApiException unknown = new ApiException(500, ErrorCode.UNKNOWN, "internal server error");
        error.message(message(unknown)).extensions(extensions(unknown));
      }
    }
    return CompletableFuture.completedFuture(
        DataFetcherExceptionHandlerResult.newResult(error.build()).build());
  }

  /** The JSON form of one error: message, locations, path, extensions, the last two if present. */
  static Map<String, @Nullable Object> toJson(GraphQLError error) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("message", error.getMessage());
    List<Map<String, Integer>> locations = new ArrayList<>();
    if (error.getLocations() != null) {
      for (SourceLocation location : error.getLocations()) {
        locations.add(Map.of("line", location.getLine(), "column", location.getColumn()));
      }
    }
    if (!locations.isEmpty()) {
      json.put("locations", locations);
    }
    if (error instanceof GraphqlErrorException) {
      if (error.getPath() != null) {
        json.put("path", error.getPath());
      }
      if (error.getExtensions() != null && !error.getExtensions().isEmpty()) {
        json.put("extensions", error.getExtensions());
      }
    }
    return json;
  }

  /** The same for a request that failed as a whole. */
  static Map<String, Object> toJson(ApiException error) {
    return Map.of("message", message(error), "extensions", extensions(error));
  }

  private static Map<String, Object> extensions(ApiException error) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("code", error.code().name());
    out.put("status", error.status());
    out.put("fields", Map.of());
    out.put("message", message(error));
    if (!error.headers().isEmpty()) {
      out.put("headers", error.headers());
    }
    return out;
  }

  private static String message(ApiException error) {
    return error.code() + " " + error.text();
  }

  private static void logInternal(ApiException error) {
    if (error.status() >= 500 && error.getCause() != null) {
      LOG.error("{}", error.getMessage(), error.getCause());
    }
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable current = failure;
    while (current instanceof CompletionException && current.getCause() != null) {
      current = current.getCause();
    }
    return current;
  }
}
