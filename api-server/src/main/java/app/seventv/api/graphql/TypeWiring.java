package app.seventv.api.graphql;

import static java.util.Objects.requireNonNull;

import graphql.schema.DataFetcher;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fields of one GraphQL object type, each wired by name to code that the compiler checks.
 *
 * @param <T> Java type behind the GraphQL type
 */
public final class TypeWiring<T> {
  private final Map<String, DataFetcher<?>> fetchers = new LinkedHashMap<>();

  TypeWiring() {}

  /** A plain field of the parent object. */
  public TypeWiring<T> field(String name, Function<T, ? extends @Nullable Object> getter) {
    return fetch(name, (source, call) -> getter.apply(source));
  }

  /** A field that needs arguments, loaders or the caller. */
  public TypeWiring<T> fetch(String name, Fetcher<T> fetcher) {
    @SuppressWarnings("unchecked") // the schema guarantees the parent's type
    DataFetcher<?> adapted =
        environment -> {
          AnswerSize.count(environment.getGraphQlContext());
          return fetcher.fetch((T) requireNonNull(environment.getSource()), new Call(environment));
        };
    if (fetchers.put(name, adapted) != null) {
      throw new IllegalArgumentException("field wired twice: " + name);
    }
    return this;
  }

  Map<String, DataFetcher<?>> fetchers() {
    return fetchers;
  }
}
