package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a unique index that the wrapped server does not enforce: partial ones and those whose
 * paths lead into arrays of documents. A document has one key per array element (a multikey index,
 * MongoDB manual, "Multikey Indexes"). Used by one writer at a time.
 */
final class UniqueKeys {

  /** The place of a field that is not there; a key treats it like null. */
  private enum Absent {
    ABSENT
  }

  private final Namespace ns;
  private final String name;
  private final List<List<String>> paths;
  private final boolean sparse;
  private final @Nullable Document subset;
  private final Map<List<Object>, Object> owners = new HashMap<>();

  /**
   * @param index the description given to {@code createIndexes}
   */
  UniqueKeys(Namespace ns, Document index) {
    this.ns = ns;
    this.name = String.valueOf(index.get("name"));
    this.paths =
        Docs.documentOrEmpty(index, "key").keySet().stream()
            .map(path -> List.of(path.split("\\.")))
            .toList();
    this.sparse = Docs.flag(index, "sparse");
    this.subset = Docs.document(index, "partialFilterExpression");
  }

  /** True for indexes this class must watch over. */
  static boolean applyTo(Document index) {
    return Docs.flag(index, "unique")
        && (index.containsKey("partialFilterExpression")
            || Docs.documentOrEmpty(index, "key").keySet().stream()
                .anyMatch(path -> path.contains(".")));
  }

  /** Fails with 11000 when another document has one of this document's keys. */
  void check(Document document) {
    Object id = idOf(document);
    for (List<Object> key : keys(document)) {
      Object owner = owners.get(key);
      if (owner != null && !owner.equals(id)) {
        throw new CommandFailure(
            11000,
            "DuplicateKey",
            "E11000 duplicate key error collection: %s index: %s dup key: %s"
                .formatted(ns, name, key));
      }
    }
  }

  /** A document appeared (no state before), changed, or went away (no state after). */
  void changed(@Nullable Document before, @Nullable Document after) {
    if (before != null) {
      keys(before).forEach(owners::remove);
    }
    if (after != null) {
      Object id = idOf(after);
      keys(after).forEach(key -> owners.put(key, id));
    }
  }

  private static Object idOf(Document document) {
    Object id = document.get(ID);
    return id == null ? Absent.ABSENT : id;
  }

  private Set<List<Object>> keys(Document document) {
    if (subset != null && !new DefaultQueryMatcher().matches(document, subset)) {
      return Set.of();
    }
    List<Cursor> cursors =
        paths.stream().map(path -> new Cursor(document, path).advance()).toList();
    Set<List<Object>> keys = new HashSet<>();
    collect(cursors, keys);
    return keys;
  }

  /** Where the walk along a path has come to. */
  private record Cursor(@Nullable Object value, List<String> rest) {

    /** Walks through documents until the path ends or meets an array. */
    Cursor advance() {
      Cursor at = this;
      while (!at.rest.isEmpty() && !(at.value instanceof List<?>)) {
        String field = at.rest.getFirst();
        boolean found = at.value instanceof Document document && document.containsKey(field);
        Object next =
            found && at.value instanceof Document document ? document.get(field) : Absent.ABSENT;
        at = new Cursor(next, at.rest.subList(1, at.rest.size()));
      }
      return at;
    }

    boolean isAt(@Nullable List<?> array) {
      return array != null && System.identityHashCode(value) == System.identityHashCode(array);
    }
  }

  private void collect(List<Cursor> cursors, Set<List<Object>> keys) {
    List<?> array = null;
    for (Cursor cursor : cursors) {
      if (cursor.value() instanceof List<?> list) {
        if (array != null && !cursor.isAt(array)) {
          throw new CommandFailure(
              171, "CannotIndexParallelArrays", "cannot index parallel arrays in index " + name);
        }
        array = list;
      }
    }
    if (array == null) {
      addKey(cursors, keys);
      return;
    }
    List<?> elements = array.isEmpty() ? List.of(Absent.ABSENT) : array;
    for (Object element : elements) {
      List<Cursor> next = new ArrayList<>(cursors.size());
      for (Cursor cursor : cursors) {
        next.add(cursor.isAt(array) ? new Cursor(element, cursor.rest()).advance() : cursor);
      }
      collect(next, keys);
    }
  }

  private void addKey(List<Cursor> cursors, Set<List<Object>> keys) {
    if (sparse && cursors.stream().allMatch(cursor -> cursor.value() == Absent.ABSENT)) {
      return;
    }
    List<Object> key = new ArrayList<>(cursors.size());
    for (Cursor cursor : cursors) {
      Object value = cursor.value();
      if (value instanceof Number number) {
        value = Utils.normalizeNumber(number);
      }
      key.add(value == null ? Absent.ABSENT : value);
    }
    keys.add(key);
  }
}
