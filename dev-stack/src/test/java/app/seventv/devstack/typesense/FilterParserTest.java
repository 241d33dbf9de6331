package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.devstack.typesense.Filter.All;
import app.seventv.devstack.typesense.Filter.Any;
import app.seventv.devstack.typesense.Filter.Condition;
import app.seventv.devstack.typesense.Filter.Operator;
import app.seventv.devstack.typesense.Filter.Value;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class FilterParserTest {
  private static Condition condition(String field, Operator operator, String... values) {
    List<Value> parsed = List.of(values).stream().map(text -> new Value(text, false)).toList();
    return new Condition(field, operator, parsed);
  }

  @Test
  void andBindsTighterThanOr() {
    assertThat(FilterParser.parse("a:1 || b:2 && c:3"))
        .isEqualTo(
            new Any(
                List.of(
                    condition("a", Operator.CONTAINS, "1"),
                    new All(
                        List.of(
                            condition("b", Operator.CONTAINS, "2"),
                            condition("c", Operator.CONTAINS, "3"))))));
  }

  @Test
  void operatorsMayHaveBlanks() {
    assertThat(FilterParser.parse("a : != x")).isEqualTo(condition("a", Operator.NOT_EQUALS, "x"));
    assertThat(FilterParser.parse("a:! x")).isEqualTo(condition("a", Operator.NOT_CONTAINS, "x"));
    assertThat(FilterParser.parse("a:<=-1"))
        .isEqualTo(condition("a", Operator.LESS_OR_EQUAL, "-1"));
    assertThat(FilterParser.parse("a:> 1.5")).isEqualTo(condition("a", Operator.GREATER, "1.5"));
  }

  @Test
  void valuesKeepTheirOwnParentheses() {
    assertThat(FilterParser.parse("(a:=b (c) d)"))
        .isEqualTo(condition("a", Operator.EQUALS, "b (c) d"));
    assertThat(FilterParser.parse("a:[x (1), y]"))
        .isEqualTo(condition("a", Operator.CONTAINS, "x (1)", "y"));
    assertThat(FilterParser.parse("a:=[]")).isEqualTo(condition("a", Operator.EQUALS));
  }

  @Test
  void backquotesTakeEverything() {
    assertThat(FilterParser.parse("a:=`x\\`y, && z`"))
        .isEqualTo(new Condition("a", Operator.EQUALS, List.of(new Value("x`y, && z", true))));
  }

  @Test
  void errorsNameThePosition() {
    assertThatThrownBy(() -> FilterParser.parse("a:1 && "))
        .hasMessage("Could not parse the filter query: expected a field name at position 7.");
    assertThatThrownBy(() -> FilterParser.parse("a:1 && (b:2"))
        .hasMessage("Could not parse the filter query: expected `)` at position 11.");
    assertThatThrownBy(() -> FilterParser.parse("a:`open"))
        .hasMessage("Could not parse the filter query: a backquote is never closed at position 2.");
    assertThatThrownBy(() -> FilterParser.parse("a:[1, 2"))
        .hasMessage("Could not parse the filter query: expected `,` or `]` at position 7.");
    assertThatThrownBy(() -> FilterParser.parse("name && b:1"))
        .hasMessage(
            "Could not parse the filter query: expected `:` after the field name `name`"
                + " at position 5.");
    assertThatThrownBy(() -> FilterParser.parse("a:1) b"))
        .hasMessage(
            "Could not parse the filter query: expected `&&`, `||` or the end at position 3.");
  }

  @Test
  void limitsHold() {
    String many = "a:1" + " && a:1".repeat(Limits.MAX_FILTER_CONDITIONS);
    String deep = "(".repeat(Limits.MAX_FILTER_DEPTH + 1) + "a:1";
    String longValue = "a:" + "x".repeat(Limits.MAX_FILTER_CHARS);

    assertThatThrownBy(() -> FilterParser.parse(many))
        .hasMessage("`filter_by` has too many operations.");
    assertThatThrownBy(() -> FilterParser.parse(deep)).hasMessageContaining("nested parentheses");
    assertThatThrownBy(() -> FilterParser.parse(longValue)).hasMessageContaining("is longer than");
    assertThat(FilterParser.parse("(".repeat(32) + "a:1" + ")".repeat(32)))
        .isEqualTo(condition("a", Operator.CONTAINS, "1"));
  }

  /** Whatever is sent, the parser ends with a filter or a refusal. */
  @Test
  void randomTextNeverBreaksTheParser() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    String alphabet = "a:=!<>[](),.`\\&| 1";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(1, 24); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(FilterParser.parse(text.toString())).isNotNull();
      } catch (ApiException e) {
        assertThat(e.status()).isEqualTo(400);
      }
    }
  }
}
