package app.seventv.api.graphql;

import graphql.language.Definition;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Static cost of a document: one per field, fragments expanded at each use, lists not multiplied,
 * {@code @skip} and {@code @include} ignored (api-v4.md §8).
 *
 * @param complexity number of selected fields; counting stops just above {@link #MAX_COMPLEXITY}
 * @param depth deepest field nesting
 * @param nesting deepest selection-set nesting, inline fragments included
 */
public record QueryCost(int complexity, int depth, int nesting) {
  /** Most fields one operation may select. */
  public static final int MAX_COMPLEXITY = 400;

  /** Deepest nesting of selection sets. */
  public static final int MAX_NESTING = 32;

  /** Measures the costliest operation of {@code document}; safe on fragment cycles. */
  public static QueryCost of(Document document) {
    Map<String, FragmentDefinition> fragments = new HashMap<>();
    for (Definition<?> definition : document.getDefinitions()) {
      if (definition instanceof FragmentDefinition fragment) {
        fragments.put(fragment.getName(), fragment);
      }
    }
    QueryCost most = new QueryCost(0, 0, 0);
    for (Definition<?> definition : document.getDefinitions()) {
      if (definition instanceof OperationDefinition operation) {
        Walk walk = new Walk(fragments);
        walk.visit(operation.getSelectionSet(), 0, 0);
        most =
            new QueryCost(
                Math.max(most.complexity, walk.complexity),
                Math.max(most.depth, walk.depth),
                Math.max(most.nesting, walk.nesting));
      }
    }
    return most;
  }

  public boolean tooComplex() {
    return complexity > MAX_COMPLEXITY;
  }

  public boolean tooDeep() {
    return nesting > MAX_NESTING;
  }

  private static final class Walk {
    private final Map<String, FragmentDefinition> fragments;
    private final Set<String> open = new HashSet<>();
    private int complexity;
    private int depth;
    private int nesting;
    private int spreads;

    Walk(Map<String, FragmentDefinition> fragments) {
      this.fragments = fragments;
    }

    void visit(@Nullable SelectionSet set, int fieldDepth, int setDepth) {
      if (set == null || complexity > MAX_COMPLEXITY || setDepth >= MAX_NESTING + 1) {
        return;
      }
      nesting = Math.max(nesting, setDepth + 1);
      for (Selection<?> selection : set.getSelections()) {
        switch (selection) {
          case Field field -> {
            complexity++;
            depth = Math.max(depth, fieldDepth + 1);
            visit(field.getSelectionSet(), fieldDepth + 1, setDepth + 1);
          }
          case InlineFragment inline -> visit(inline.getSelectionSet(), fieldDepth, setDepth + 1);
          case FragmentSpread spread -> expand(spread.getName(), fieldDepth, setDepth);
          default -> throw new IllegalStateException("unknown selection " + selection);
        }
      }
    }

    /** Empty-looking fragments could be expanded exponentially without a field: they count too. */
    private void expand(String name, int fieldDepth, int setDepth) {
      FragmentDefinition fragment = fragments.get(name);
      if (fragment == null || !open.add(name)) {
        return;
      }
      if (++spreads > MAX_COMPLEXITY) {
        complexity = MAX_COMPLEXITY + 1;
      }
      visit(fragment.getSelectionSet(), fieldDepth, setDepth);
      open.remove(name);
    }
  }
}
