package app.seventv.api.graphql;

import app.seventv.api.common.RequestContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import graphql.ExecutionInput;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.GraphqlErrorBuilder;
import graphql.ParseAndValidate;
import graphql.ParseAndValidateResult;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.language.Document;
import graphql.parser.ParserOptions;
import graphql.schema.GraphQLSchema;
import graphql.validation.GoodFaithIntrospectionExceeded;
import graphql.validation.ValidationError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs GraphQL requests against one schema, with the limits and the answer shape of api-v4.md §8.
 * Documents are parsed, measured and validated once and kept, because clients repeat a few texts.
 */
public final class GraphqlEngine {
  /** Longest document, in characters. */
  public static final int MAX_QUERY_CHARACTERS = 256 * 1024;

  /** Most tokens in a document. */
  public static final int MAX_QUERY_TOKENS = 15_000;

  /**
   * Longest time that the requests of one body may take together. Each question to the database and
   * to others has a limit of its own, so whatever takes so long will never end.
   */
  public static final Duration MAX_TIME = Duration.ofSeconds(60);

  /** Longer documents are not kept: the clients' own texts are shorter. */
  static final int MAX_CACHED_CHARACTERS = 8192;

  /** Memory for kept documents, by the estimate of {@link #weight}. */
  static final long MAX_CACHED_BYTES = 64L * 1024 * 1024;

  private static final ParserOptions PARSER_OPTIONS =
      ParserOptions.getDefaultOperationParserOptions()
          .transform(
              options -> options.maxCharacters(MAX_QUERY_CHARACTERS).maxTokens(MAX_QUERY_TOKENS));

  /** Parent of the root fields, so that no fetcher sees a null parent. */
  private static final Object ROOT = new Object();

  private final GraphQLSchema schema;
  private final GraphQL graphql;
  private final BatchLoaders loaders;
  private final Executor executor;
  private final UnaryOperator<Document> rewrite;
  private final Predicate<Document> kept;
  private final int maxFields;
  private final Duration maxTime;
  private final Cache<String, Prepared> prepared =
      Caffeine.newBuilder()
          .maximumWeight(MAX_CACHED_BYTES)
          .<String, Prepared>weigher((text, document) -> weight(text))
          .build();

  private record Prepared(PreparsedDocumentEntry entry, @Nullable QueryCost cost, boolean kept) {}

  /**
   * @param rewrite changes a parsed document before validation (identity for none)
   * @param kept which valid documents have answers that say what they are made of
   * @param maxFields most fields in the answers to one request
   * @param maxTime {@link #MAX_TIME}, or less
   * @param executor runs each request, a virtual thread each
   */
  public GraphqlEngine(
      GraphQLSchema schema,
      BatchLoaders loaders,
      UnaryOperator<Document> rewrite,
      Predicate<Document> kept,
      int maxFields,
      Duration maxTime,
      Executor executor) {
    this.kept = kept;
    this.maxFields = maxFields;
    this.maxTime = maxTime;
    this.schema = schema;
    this.loaders = loaders;
    this.rewrite = rewrite;
    this.executor = executor;
    this.graphql =
        GraphQL.newGraphQL(schema)
            .defaultDataFetcherExceptionHandler(new GraphqlErrors())
            .preparsedDocumentProvider((input, parser) ->
                CompletableFuture.completedFuture(
                    Objects.requireNonNull(
                        input
                            .getGraphQLContext()
                            .<PreparsedDocumentEntry>get(PreparsedDocumentEntry.class))))
            .build();
  }

  /** Runs all requests of one body, concurrently, and answers in their order. */
  public Object execute(GraphqlRequests requests, RequestContext context) {
    if (!requests.batch()) {
      return execute(requests.items().getFirst(), context);
    }
    long deadlineNs = deadlineNs();
    List<Run> running = requests.items().stream().map(item -> start(item, context)).toList();
    return running.stream().map(run -> run.answer(deadlineNs)).toList();
  }

  /** Whether the answer to a request may be kept; see {@link RequestContext#reads}. */
  public boolean keeps(GraphqlRequest request) {
    return prepared(request.query()).kept();
  }

  /** Runs one request. */
  public Map<String, @Nullable Object> execute(GraphqlRequest request, RequestContext context) {
    long deadlineNs = deadlineNs();
    return start(request, context).answer(deadlineNs);
  }

  private long deadlineNs() {
    return System.nanoTime() + maxTime.toNanos();
  }

  private Run start(GraphqlRequest request, RequestContext context) {
    Prepared document = prepared(request.query());
    ExecutionInput input =
        ExecutionInput.newExecutionInput()
            .query(request.query())
            .operationName(request.operationName())
            .root(ROOT)
            .variables(withNulls(request.variables()))
            .graphQLContext(builder ->
                builder
                    .of(RequestContext.class, context)
                    .of(PreparsedDocumentEntry.class, document.entry()))
            .dataLoaderRegistry(loaders.registry())
            .build();
    // Without it a load that begins when another one ends may wait for ever.
    GraphQL.unusualConfiguration(input).dataloaderConfig().enableDataLoaderChaining(true);
    AnswerSize size = new AnswerSize(maxFields, context, input);
    input.getGraphQLContext().put(AnswerSize.class, size);
    // Not execute(): it would wait without hearing interrupts.
    return new Run(input, document.cost(), size, () -> graphql.executeAsync(input).get())
        .start(executor);
  }

  /** Variables may be null, which graphql-java's signature does not say. */
  @SuppressWarnings({"unchecked", "NullAway"})
  private static Map<String, Object> withNulls(Map<String, @Nullable Object> variables) {
    return (Map<String, Object>) (Map<String, ?>) variables;
  }

  private Prepared prepared(String query) {
    return query.length() > MAX_CACHED_CHARACTERS
        ? prepare(query)
        : prepared.get(query, this::prepare);
  }

  /** What is kept, by the estimate of {@link #weight}. */
  long keptBytes() {
    prepared.cleanUp();
    return prepared.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  /** Number of kept documents. */
  long keptDocuments() {
    prepared.cleanUp();
    return prepared.estimatedSize();
  }

  /** Bytes that a prepared document takes, roughly: its tree is far larger than its text. */
  private static int weight(String text) {
    return 64 * text.length() + 1024;
  }

  /** Parse, then limits, then validation: an over-complex document reports only that. */
  private Prepared prepare(String query) {
    ParseAndValidateResult parsed =
        ParseAndValidate.parse(
            ExecutionInput.newExecutionInput()
                .query(query)
                .graphQLContext(builder -> builder.of(ParserOptions.class, PARSER_OPTIONS))
                .build());
    if (parsed.isFailure()) {
      return new Prepared(new PreparsedDocumentEntry(parsed.getErrors()), null, false);
    }
    Document document = rewrite.apply(Objects.requireNonNull(parsed.getDocument()));
    QueryCost cost = QueryCost.of(document);
    if (cost.tooDeep()) {
      return refused(
          "The recursion depth of the query cannot be greater than `"
              + QueryCost.MAX_NESTING
              + "`");
    }
    if (cost.tooComplex()) {
      return refused("Query is too complex.");
    }
    List<ValidationError> errors;
    try {
      errors = ParseAndValidate.validate(schema, document);
    } catch (GoodFaithIntrospectionExceeded e) {
      // Types of types of fields: answers that grow with each level (graphql-java's own limit).
      return new Prepared(new PreparsedDocumentEntry(e.toBadFaithError()), null, false);
    }
    return errors.isEmpty()
        ? new Prepared(new PreparsedDocumentEntry(document), cost, kept.test(document))
        : new Prepared(new PreparsedDocumentEntry(errors), null, false);
  }

  private static Prepared refused(String message) {
    GraphQLError error = GraphqlErrorBuilder.newError().message(message).build();
    return new Prepared(new PreparsedDocumentEntry(error), null, false);
  }
}
