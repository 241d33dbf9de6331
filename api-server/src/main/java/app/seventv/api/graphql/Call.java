package app.seventv.api.graphql;

import app.seventv.api.common.RequestContext;
import app.seventv.model.Id;
import graphql.schema.DataFetchingEnvironment;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.dataloader.DataLoader;
import org.jspecify.annotations.Nullable;

/** What a field's code sees of the running request: typed arguments, the caller, the loaders. */
public final class Call {
  private final DataFetchingEnvironment environment;

  Call(DataFetchingEnvironment environment) {
    this.environment = environment;
  }

  /** The HTTP request this field belongs to. */
  public RequestContext context() {
    return Objects.requireNonNull(environment.getGraphQlContext().get(RequestContext.class));
  }

  /** The arguments of this field. */
  public Arguments arguments() {
    return new Arguments(environment.getArguments());
  }

  /** The value for {@code key}, or a stage of null when there is none. */
  public <K, V> CompletableFuture<@Nullable V> load(LoaderKey<K, V> loader, K key) {
    return this.<K, @Nullable V>dataLoader(loader.name()).load(key);
  }

  /** Like {@link #load}, for a key that may be missing itself. */
  public <K, V> CompletableFuture<@Nullable V> loadNullable(
      LoaderKey<K, V> loader, @Nullable K key) {
    return key == null ? CompletableFuture.completedFuture(null) : load(loader, key);
  }

  /** The values that exist for {@code keys}, in the order of the keys. */
  public <K, V> CompletableFuture<List<V>> loadMany(LoaderKey<K, V> loader, List<K> keys) {
    return this.<K, @Nullable V>dataLoader(loader.name())
        .loadMany(keys)
        .thenApply(values -> {
          List<V> found = new ArrayList<>(values.size());
          for (V value : values) {
            if (value != null) {
              found.add(value);
            }
          }
          return found;
        });
  }

  /** The values that exist, by key; each key is asked for once. */
  public <K, V> CompletableFuture<Map<K, V>> loadMap(LoaderKey<K, V> loader, Collection<K> keys) {
    List<K> distinct = keys.stream().distinct().toList();
    return this.<K, @Nullable V>dataLoader(loader.name())
        .loadMany(distinct)
        .thenApply(values -> {
          Map<K, V> found = HashMap.newHashMap(distinct.size());
          for (int i = 0; i < distinct.size(); i++) {
            V value = values.get(i);
            if (value != null) {
              found.put(distinct.get(i), value);
            }
          }
          return found;
        });
  }

  private <K, V extends @Nullable Object> DataLoader<K, V> dataLoader(String name) {
    return Objects.requireNonNull(environment.<K, V>getDataLoader(name), name);
  }

  /**
   * Arguments, or the fields of an input object, with the checks of api-v4.md §8.
   *
   * @param values raw values by name
   */
  public record Arguments(Map<String, ?> values) {

    public Id id(String name) {
      return parseId(String.valueOf(values.get(name)));
    }

    public @Nullable Id idOrNull(String name) {
      Object value = values.get(name);
      return value == null ? null : parseId(value.toString());
    }

    /** A list of ids whose length must lie in [{@code min}, {@code max}]. */
    public List<Id> ids(String name, int min, int max) {
      List<?> list = list(name);
      if (list.size() > max) {
        throw new ArgumentException(
            "[Id!]",
            "the value length is " + list.size() + ", must be less than or equal to " + max);
      }
      if (list.size() < min) {
        throw new ArgumentException(
            "[Id!]",
            "the value length is " + list.size() + ", must be greater than or equal to " + min);
      }
      return list.stream().map(item -> parseId(String.valueOf(item))).toList();
    }

    public String string(String name) {
      return (String) Objects.requireNonNull(values.get(name), name);
    }

    public @Nullable String stringOrNull(String name) {
      return (String) values.get(name);
    }

    /** Text of at most {@code maxBytes} UTF-8 bytes, or null. */
    public @Nullable String stringOrNull(String name, int minBytes, int maxBytes) {
      String value = stringOrNull(name);
      if (value == null) {
        return null;
      }
      int length = value.getBytes(StandardCharsets.UTF_8).length;
      if (length > maxBytes) {
        throw new ArgumentException(
            "String",
            "the string length is " + length + ", must be less than or equal to " + maxBytes);
      }
      if (length < minBytes) {
        throw new ArgumentException(
            "String",
            "the string length is " + length + ", must be greater than or equal to " + minBytes);
      }
      return value;
    }

    public List<String> strings(String name) {
      return list(name).stream().map(String::valueOf).toList();
    }

    public @Nullable Boolean boolOrNull(String name) {
      return (Boolean) values.get(name);
    }

    public boolean bool(String name) {
      return Boolean.TRUE.equals(values.get(name));
    }

    /** An unsigned integer of at most {@code max}, or null when absent. */
    public @Nullable Integer intOrNull(String name, int min, int max) {
      Object value = values.get(name);
      if (value == null) {
        return null;
      }
      long number = (Long) value;
      if (number < 0 || number > 0xFFFF_FFFFL) {
        throw new ArgumentException("Int", "Only integers from 0 to 4294967295 are accepted.");
      }
      if (number > max) {
        throw new ArgumentException(
            "Int", "the value is " + number + ", must be less than or equal to " + max);
      }
      if (number < min) {
        throw new ArgumentException(
            "Int", "the value is " + number + ", must be greater than or equal to " + min);
      }
      return (int) number;
    }

    /** A whole number of up to 64 bits, or null when absent. */
    public @Nullable Long longOrNull(String name) {
      return (Long) values.get(name);
    }

    /** A signed 32-bit integer, or null when absent. */
    public @Nullable Integer signedOrNull(String name) {
      Long value = longOrNull(name);
      if (value != null && value != value.intValue()) {
        throw new ArgumentException(
            "Int", "Only integers from -2147483648 to 2147483647 are accepted.");
      }
      return value == null ? null : value.intValue();
    }

    /** A fraction whose value must lie in [{@code min}, {@code max}]. */
    public double fraction(String name, double min, double max) {
      double value = ((Number) value(name)).doubleValue();
      if (!(value >= min && value <= max)) {
        throw new ArgumentException(
            "Float", "the value is " + value + ", must be between " + min + " and " + max);
      }
      return value;
    }

    /** A time with any offset (RFC 3339), or null when absent. */
    public @Nullable Instant timeOrNull(String name) {
      String text = stringOrNull(name);
      try {
        return text == null ? null : OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException e) {
        throw new ArgumentException("DateTime", "invalid time");
      }
    }

    /** A list of input objects; empty when absent. */
    public List<Arguments> objects(String name) {
      List<Arguments> objects = new ArrayList<>();
      for (Object item : list(name)) {
        objects.add(of((Map<?, ?>) item));
      }
      return objects;
    }

    /** A nested input object; empty when absent. */
    public Arguments object(String name) {
      return values.get(name) instanceof Map<?, ?> map ? of(map) : new Arguments(Map.of());
    }

    /** A value as the schema's wiring made it, e.g. an enum constant. */
    public Object value(String name) {
      return Objects.requireNonNull(values.get(name), name);
    }

    public boolean has(String name) {
      return values.get(name) != null;
    }

    private List<?> list(String name) {
      return values.get(name) instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked") // input objects are keyed by field name
    private static Arguments of(Map<?, ?> map) {
      return new Arguments((Map<String, ?>) map);
    }

    private static Id parseId(String text) {
      Id id = Id.parseOrNull(text);
      if (id == null) {
        boolean known =
            switch (text.getBytes(StandardCharsets.UTF_8).length) {
              case 24, 26, 32, 36 -> true;
              default -> false;
            };
        throw new ArgumentException(
            "Id", known ? "invalid id" : "invalid id length: " + text.length());
      }
      return id;
    }
  }
}
