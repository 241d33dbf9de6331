package app.seventv.api.graphql;

import app.seventv.api.common.ApiException;
import graphql.language.UnionTypeDefinition;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetcherFactory;
import graphql.schema.DataFetcherFactoryEnvironment;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.NaturalEnumValuesProvider;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Builds a schema from SDL resources and typed wiring. A field that nobody wired answers 501 "not
 * implemented": never silence, never a made-up value.
 */
public final class GraphqlSchema {
  private final RuntimeWiring.Builder wiring = RuntimeWiring.newRuntimeWiring();
  private final Map<String, TypeWiring<?>> types = new LinkedHashMap<>();
  private final Set<String> unions = new HashSet<>();

  public GraphqlSchema() {
    wiring.codeRegistry(
        GraphQLCodeRegistry.newCodeRegistry().defaultDataFetcher(new NotImplemented()));
    // Replaces the built-in scalar, which strict mode would take for a mistake.
    wiring.strictMode(false).scalar(Scalars.integer("Int")).strictMode(true);
  }

  /** What answers for a field that nobody wired. */
  private static final class NotImplemented implements DataFetcherFactory<Object> {
    @Override
    @SuppressWarnings("deprecation") // still the interface's only abstract method
    public DataFetcher<Object> get(DataFetcherFactoryEnvironment environment) {
      return call -> {
        throw ApiException.notImplemented();
      };
    }

    @Override
    public DataFetcher<Object> get(GraphQLFieldDefinition field) {
      return call -> {
        throw ApiException.notImplemented();
      };
    }
  }

  public GraphqlSchema scalars(List<GraphQLScalarType> scalars) {
    scalars.forEach(wiring::scalar);
    return this;
  }

  /** Opens the wiring of object type {@code name}, backed by {@code javaType}. */
  @SuppressWarnings("unused") // the class ties the wiring's type parameter to a real type
  public <T> TypeWiring<T> type(String name, Class<T> javaType) {
    return genericType(name);
  }

  /** Like {@link #type} for Java types that no class literal can name. */
  public <T> TypeWiring<T> genericType(String name) {
    TypeWiring<T> type = new TypeWiring<>();
    if (types.put(name, type) != null) {
      throw new IllegalArgumentException("type wired twice: " + name);
    }
    return type;
  }

  /** A union whose members are told apart by {@code typeName}. */
  public <T> GraphqlSchema union(String name, Class<T> javaType, Function<T, String> typeName) {
    unions.add(name);
    wiring.type(
        name,
        type ->
            type.typeResolver(environment ->
                environment
                    .getSchema()
                    .getObjectType(
                        typeName.apply(
                            javaType.cast(Objects.requireNonNull(environment.getObject()))))));
    return this;
  }

  /** An enum whose GraphQL names equal the Java names. */
  public <E extends Enum<E>> GraphqlSchema enumeration(String name, Class<E> javaType) {
    wiring.type(name, type -> type.enumValues(new NaturalEnumValuesProvider<>(javaType)));
    return this;
  }

  /** Parses the SDL texts, attaches the wiring, and checks that every wired field exists. */
  public GraphQLSchema build(List<String> sdl) {
    TypeDefinitionRegistry registry = new TypeDefinitionRegistry();
    for (String text : sdl) {
      registry.merge(new SchemaParser().parse(text));
    }
    types.forEach((name, type) ->
        wiring.type(
            name,
            builder -> {
              type.fetchers().forEach(builder::dataFetcher);
              return builder;
            }));
    for (UnionTypeDefinition union : registry.getTypes(UnionTypeDefinition.class)) {
      if (!unions.contains(union.getName())) {
        // Only fields that are not implemented have such a type, so nobody ever asks.
        wiring.type(union.getName(), type -> type.typeResolver(environment -> null));
      }
    }
    GraphQLSchema schema = new SchemaGenerator().makeExecutableSchema(registry, wiring.build());
    List<String> unknown = new ArrayList<>();
    types.forEach((name, type) -> {
      GraphQLObjectType known = schema.getObjectType(name);
      for (String field : type.fetchers().keySet()) {
        if (known == null || known.getFieldDefinition(field) == null) {
          unknown.add(name + "." + field);
        }
      }
    });
    if (!unknown.isEmpty()) {
      throw new IllegalStateException("wired fields that the schema lacks: " + unknown);
    }
    return schema;
  }

  /** The text of a schema file on the class path, next to the API's classes. */
  public static String resource(String name) {
    String path = "/app/seventv/api/" + name;
    try (InputStream in = GraphqlSchema.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
