package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * The index properties that the wrapped server ignores: uniqueness over a subset or over arrays of
 * documents ({@link UniqueKeys}) and expiry ({@code expireAfterSeconds}). Except for the lookups of
 * {@link #expiring} and {@link #restoreDescriptions} it is used by one writer at a time.
 */
final class IndexCatalog {

  private static final String EXPIRY = "expireAfterSeconds";

  /** No namespace contains it. */
  private static final char SEPARATOR = '\0';

  /** By namespace, separator, name; the value is the index as the client described it. */
  private final MVMap<String, Document> kept;

  /** The keys of the indexes in {@link #kept}, by the same name; filled when first needed. */
  private final Map<String, UniqueKeys> keys = new HashMap<>();

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

    String name() {
      return nameOf(ns, index.get("name"));
    }
  }

  private static String nameOf(Namespace ns, @Nullable Object name) {
    return ns.toString() + SEPARATOR + name;
  }

  Document create(String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, "createIndexes"));
    List<Document> passedOn = new ArrayList<>();
    Map<String, UniqueKeys> built = new HashMap<>();
    List<Entry> ours = new ArrayList<>();
    List<Document> existing = existing(ns);
    for (Document index : Docs.documents(command, "indexes")) {
      check(index);
      IndexConflicts.check(existing, index);
      Entry entry = new Entry(ns, index.cloneDeeply());
      Document plain = index.clone();
      if (UniqueKeys.applyTo(index)) {
        built.put(entry.name(), build(entry));
        plain.remove("unique");
      }
      if (UniqueKeys.applyTo(index) || index.containsKey(EXPIRY)) {
        ours.add(entry);
      }
      passedOn.add(plain);
    }
    Document rewritten = command.clone();
    rewritten.put("indexes", passedOn);
    Document reply = store.writeCommand(database, rewritten);
    ours.forEach(entry -> kept.put(entry.name(), entry.index()));
    keys.putAll(built);
    return reply;
  }

  /** The indexes of a collection, as the clients created them. */
  private List<Document> existing(Namespace ns) {
    Document reply;
    try {
      reply = store.writeCommand(ns.database(), new Document("listIndexes", ns.collection()));
    } catch (CommandFailure e) {
      return List.of(); // there is no such collection yet
    }
    List<Document> known = Docs.documents(Docs.documentOrEmpty(reply, "cursor"), "firstBatch");
    restoreDescriptions(ns, known);
    return known;
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

  /** Collects the keys of all documents; fails with 11000 on a duplicate. */
  private UniqueKeys build(Entry entry) {
    UniqueKeys built = new UniqueKeys(entry.ns(), entry.index());
    for (Document document : store.find(entry.ns(), new Document(), null, 0)) {
      built.check(document);
      built.changed(null, document);
    }
    return built;
  }

  /**
   * Called after a document changed; see {@link UniqueKeys#changed}. Fails with 11000, and notes
   * nothing, when the state after the change has a key of another document.
   */
  void changed(Namespace ns, @Nullable Document before, @Nullable Document after) {
    List<UniqueKeys> affected = new ArrayList<>();
    for (Entry entry : entries(ns, UniqueKeys::applyTo)) {
      UniqueKeys existing = keys.get(entry.name());
      if (existing != null) {
        affected.add(existing);
      }
    }
    if (after != null) {
      affected.forEach(index -> index.check(after));
    }
    affected.forEach(index -> index.changed(before, after));
  }

  /** Collects the keys after a restart; before anything is written. */
  void load() {
    for (String name : kept.keySet()) {
      Document index = kept.get(name);
      if (index != null && UniqueKeys.applyTo(index)) {
        keys.put(name, build(new Entry(namespaceOf(name), index)));
      }
    }
  }

  private static Namespace namespaceOf(String name) {
    return Namespace.parse(name.substring(0, name.indexOf(SEPARATOR)));
  }

  /** Describes the kept indexes as the client created them. */
  void restoreDescriptions(Namespace ns, List<Document> indexes) {
    for (Document index : indexes) {
      Document original = kept.get(nameOf(ns, index.get("name")));
      if (original != null) {
        index.putAll(original.cloneDeeply());
      }
    }
  }

  /** The expiring indexes of all collections. */
  List<Entry> expiring() {
    List<Entry> found = new ArrayList<>();
    for (String name : kept.keySet()) {
      Document index = kept.get(name);
      if (index != null && index.containsKey(EXPIRY)) {
        found.add(new Entry(namespaceOf(name), index));
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
    for (var all = kept.keyIterator(prefix); all.hasNext(); ) {
      String name = all.next();
      if (!name.startsWith(prefix)) {
        break;
      }
      names.add(name);
    }
    return names;
  }

  private void forget(String name) {
    kept.remove(name);
    keys.remove(name);
  }

  /** The collection is gone. */
  void forget(Namespace ns) {
    names(ns).forEach(this::forget);
  }

  /** One index (by name or key), several, or all (by the name {@code *}) were dropped. */
  void forget(Namespace ns, @Nullable Object dropped) {
    switch (dropped) {
      case Collection<?> several -> several.forEach(one -> forget(ns, one));
      case Document key ->
          entries(ns, index -> key.equals(index.get("key"))).forEach(entry -> forget(entry.name()));
      case String name when !name.equals("*") -> forget(nameOf(ns, name));
      case null, default -> forget(ns);
    }
  }

  void rename(Namespace from, Namespace to) {
    for (String name : names(from)) {
      Document index = kept.get(name);
      forget(name);
      if (index != null) {
        Entry renamed = new Entry(to, index);
        kept.put(renamed.name(), index);
        if (UniqueKeys.applyTo(index)) {
          keys.put(renamed.name(), build(renamed));
        }
      }
    }
  }
}
