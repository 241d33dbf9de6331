package app.seventv.api.graphql;

import org.jspecify.annotations.Nullable;

/**
 * Resolves one field.
 *
 * @param <T> type of the parent object
 */
@FunctionalInterface
public interface Fetcher<T> {
  /** The field's value, or a {@link java.util.concurrent.CompletionStage} of it. */
  @Nullable Object fetch(T source, Call call);
}
