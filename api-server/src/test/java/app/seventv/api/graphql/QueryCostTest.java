package app.seventv.api.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.parser.Parser;
import org.junit.jupiter.api.Test;

class QueryCostTest {
  private static QueryCost cost(String query) {
    return QueryCost.of(Parser.parse(query));
  }

  @Test
  void everyFieldCountsOnceAndFragmentsAtEachUse() {
    QueryCost cost =
        cost("{ a { ...F b { ...F } } } fragment F on T { x y @skip(if: true) __typename }");
    assertThat(cost.complexity()).isEqualTo(8);
    assertThat(cost.depth()).isEqualTo(3);
  }

  @Test
  void deepNestingIsSeen() {
    String query = "{a".repeat(33) + "}".repeat(33);
    assertThat(cost(query).tooDeep()).isTrue();
    assertThat(cost("{a".repeat(32) + "}".repeat(32)).tooDeep()).isFalse();
  }

  @Test
  void cyclesAndFragmentBombsEnd() {
    assertThat(cost("{ ...A } fragment A on T { ...B } fragment B on T { ...A }").complexity())
        .isZero();
    StringBuilder bomb = new StringBuilder("{ ...F0 }");
    for (int i = 0; i < 60; i++) {
      bomb.append(" fragment F").append(i).append(" on T { ...F").append(i + 1);
      bomb.append(" ...F").append(i + 1).append(" }");
    }
    bomb.append(" fragment F60 on T { x }");
    assertThat(cost(bomb.toString()).tooComplex()).isTrue();
  }
}
