package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * The index properties that the wrapped server ignores: uniqueness over a subset ({@code
 * partialFilterExpression}) and expiry ({@code expireAfterSeconds}).
 */
final class IndexCatalog {

  private static final String PARTIAL = "partialFilterExpression";
  private static final String EXPIRY = "expireAfterSeconds";

  /** No namespace contains it. */
  private static final char SEPARATOR = '\0';

  /** By namespace, separator, name; the value is the index as the client described it. */
  private final MVMap<String, Document> kept;

  private final DocumentStore store;

  IndexCatalog(MVStore mvStore, DocumentStore store) {
    this.kept = mvStore.openMap("dev-stack.indexes");
    this.store = store;
  }

  /** An index of a collection. */
  record Entry(Namespace ns, Document index) {
    Document key() {
      return Docs.documentOrEmpty(index, "key");
    }
  }

  Document create(String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, "createIndexes"));
    List<Document> passedOn = new ArrayList<>();
    List<Document> special = new ArrayList<>();
    for (Document index : Docs.documents(command, "indexes")) {
      check(index);
      Document plain = index.clone();
      if (index.containsKey(PARTIAL)) {
        if (Docs.flag(index, "unique")) {
          checkNoDuplicates(ns, index);
        }
        plain.remove("unique");
      }
      if (index.containsKey(PARTIAL) || index.containsKey(EXPIRY)) {
        special.add(index);
      }
      passedOn.add(plain);
    }
    Document rewritten = command.clone();
    rewritten.put("indexes", passedOn);
    Document reply = store.writeCommand(database, rewritten);
    special.forEach(
        index -> kept.put(ns.toString() + SEPARATOR + index.get("name"), index.cloneDeeply()));
    return reply;
  }

  private static void check(Document index) {
    if (index.containsKey("collation")) {
      throw CommandFailure.unsupported("index collation");
    }
    Document key = Docs.documentOrEmpty(index, "key");
    for (String path : key.keySet()) {
      if (path.contains("$**") || key.get(path) instanceof String) {
        throw CommandFailure.unsupported("index type of " + path + ": " + key.get(path));
      }
    }
  }

  private void checkNoDuplicates(Namespace ns, Document index) {
    Entry entry = new Entry(ns, index);
    Set<Document> seen = new HashSet<>();
    for (Document document : store.find(ns, filter(entry), null, 0)) {
      Document values = values(entry, document);
      if (!seen.add(values)) {
        throw duplicate(entry, values);
      }
    }
  }

  /** Describes the kept indexes as the client created them. */
  void restoreDescriptions(Namespace ns, List<Document> indexes) {
    for (Document index : indexes) {
      Document original = kept.get(ns.toString() + SEPARATOR + index.get("name"));
      if (original != null) {
        index.putAll(original.cloneDeeply());
      }
    }
  }

  /** Fails with 11000 when another document has the same key in a unique partial index. */
  void checkUnique(Namespace ns, Document document) {
    for (Entry entry : entries(ns, index -> index.containsKey(PARTIAL))) {
      if (!Docs.flag(entry.index(), "unique")) {
        continue;
      }
      Object id = document.get(ID);
      Document self = new Document("$and", List.of(new Document(ID, id), filter(entry)));
      if (store.find(ns, self, null, 1).isEmpty()) {
        continue;
      }
      Document values = values(entry, document);
      Document same = new Document("$and", List.of(values, filter(entry)));
      if (store.find(ns, same, null, 2).size() > 1) {
        throw duplicate(entry, values);
      }
    }
  }

  private static Document filter(Entry entry) {
    return Docs.documentOrEmpty(entry.index(), PARTIAL);
  }

  private static Document values(Entry entry, Document document) {
    Document values = new Document();
    for (String path : entry.key().keySet()) {
      values.append(path, valueAt(document, path));
    }
    return values;
  }

  private static @Nullable Object valueAt(Document document, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      Object value = document.get(path);
      if (value instanceof List<?>) {
        throw CommandFailure.unsupported("unique partial index over the array " + path);
      }
      return value;
    }
    return switch (document.get(path.substring(0, dot))) {
      case Document inner -> valueAt(inner, path.substring(dot + 1));
      case List<?> list ->
          throw CommandFailure.unsupported(
              "unique partial index over the array " + path + " of " + list.size());
      case null, default -> null;
    };
  }

  private static CommandFailure duplicate(Entry entry, Document values) {
    return new CommandFailure(
        11000,
        "DuplicateKey",
        "E11000 duplicate key error collection: %s index: %s dup key: %s"
            .formatted(entry.ns(), entry.index().get("name"), values));
  }

  /** The expiring indexes of all collections. */
  List<Entry> expiring() {
    List<Entry> found = new ArrayList<>();
    for (String name : kept.keySet()) {
      Document index = kept.get(name);
      if (index != null && index.containsKey(EXPIRY)) {
        found.add(new Entry(Namespace.parse(name.substring(0, name.indexOf(SEPARATOR))), index));
      }
    }
    return found;
  }

  private List<Entry> entries(Namespace ns, Predicate<Document> wanted) {
    List<Entry> found = new ArrayList<>();
    for (String name : names(ns)) {
      Document index = kept.get(name);
      if (index != null && wanted.test(index)) {
        found.add(new Entry(ns, index));
      }
    }
    return found;
  }

  private List<String> names(Namespace ns) {
    String prefix = ns.toString() + SEPARATOR;
    List<String> names = new ArrayList<>();
    for (var keys = kept.keyIterator(prefix); keys.hasNext(); ) {
      String name = keys.next();
      if (!name.startsWith(prefix)) {
        break;
      }
      names.add(name);
    }
    return names;
  }

  /** The collection is gone. */
  void forget(Namespace ns) {
    names(ns).forEach(kept::remove);
  }

  /** One index (by name or key), several, or all (by the name {@code *}) were dropped. */
  void forget(Namespace ns, @Nullable Object dropped) {
    switch (dropped) {
      case Collection<?> several -> several.forEach(one -> forget(ns, one));
      case Document key ->
          entries(ns, index -> key.equals(index.get("key")))
              .forEach(entry -> forget(ns, entry.index().get("name")));
      case String name when !name.equals("*") -> kept.remove(ns.toString() + SEPARATOR + name);
      case null, default -> forget(ns);
    }
  }

  void rename(Namespace from, Namespace to) {
    for (String name : names(from)) {
      Document index = kept.remove(name);
      if (index != null) {
        kept.put(to + name.substring(from.toString().length()), index);
      }
    }
  }
}
