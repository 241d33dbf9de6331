package app.seventv.api.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Documents that are kept after they were parsed and validated: good and bad, within bounds. */
class DocumentCacheTest {
  private static final Executor AT_ONCE = Runnable::run;

  private final GraphqlEngine engine =
      new GraphqlEngine(
          new SchemaGenerator()
              .makeExecutableSchema(
                  new SchemaParser().parse("type Query { a: Int }"), RuntimeWiring.MOCKED_WIRING),
          new BatchLoaders(AT_ONCE),
          UnaryOperator.identity(),
          document -> true,
          1_000,
          GraphqlEngine.MAX_TIME,
          AT_ONCE);

  private boolean ask(String query) {
    return engine.keeps(new GraphqlRequest(query, null, Map.of()));
  }

  /** A valid document of a length, unlike those of other numbers. */
  private static String document(int number, int length) {
    String start = "{a" + number + ":a}#";
    return start + "x".repeat(length - start.length());
  }

  @Test
  void eachTextIsKeptOnceWhetherValidOrNot() {
    for (int i = 0; i < 3; i++) {
      assertThat(ask("{a}")).isTrue();
      assertThat(ask("{b}")).isFalse();
      assertThat(ask("{")).isFalse();
    }
    assertThat(engine.keptDocuments()).isEqualTo(3);
    assertThat(engine.keptBytes()).isEqualTo(3 * 1024 + 64 * 7);
  }

  @Test
  void longTextsAreNotKept() {
    assertThat(ask(document(1, GraphqlEngine.MAX_CACHED_CHARACTERS))).isTrue();
    assertThat(engine.keptDocuments()).isEqualTo(1);
    assertThat(ask(document(2, GraphqlEngine.MAX_CACHED_CHARACTERS + 1))).isTrue();
    assertThat(engine.keptDocuments()).isEqualTo(1);
  }

  @Test
  void documentsAreKeptUpToTheirWeight() {
    int length = GraphqlEngine.MAX_CACHED_CHARACTERS;
    long room = GraphqlEngine.MAX_CACHED_BYTES / (64L * length + 1024);
    for (int i = 0; i < 2 * room; i++) {
      assertThat(ask(document(i, length))).isTrue();
      assertThat(engine.keptDocuments()).isLessThanOrEqualTo(room);
    }
    assertThat(engine.keptDocuments()).isGreaterThan(room / 2);
    assertThat(engine.keptBytes()).isLessThanOrEqualTo(GraphqlEngine.MAX_CACHED_BYTES);
  }
}
