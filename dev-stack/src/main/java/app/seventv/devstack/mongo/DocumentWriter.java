package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes documents one by one, so that each change is checked, can be undone and has its event. A
 * change that fails leaves nothing behind.
 */
final class DocumentWriter {

  private final DocumentStore store;
  private final IndexCatalog indexes;
  private final UpdateExpressions expressions;

  DocumentWriter(DocumentStore store, IndexCatalog indexes, UpdateExpressions expressions) {
    this.store = store;
    this.indexes = indexes;
    this.expressions = expressions;
  }

  /** An update statement. */
  record Update(
      Document filter, UpdateSpec spec, @Nullable Document sort, boolean multi, boolean upsert) {

    Update {
      CommandGate.checkFilter(filter);
      CommandGate.checkFilter(spec.arrayFilters());
      if (multi && spec.isReplacement()) {
        throw new CommandFailure(
            9, "FailedToParse", "multi update is not supported for replacement-style update");
      }
    }
  }

  /** What an update did; {@code inserted} is the document of an upsert. */
  record Updated(int matched, int modified, @Nullable Document inserted) {}

  Document insert(UnitOfWork work, Namespace ns, Document given) {
    Document document = given;
    if (!given.containsKey(ID)) {
      document = new Document(ID, new ObjectId());
      document.putAll(given);
    }
    Object id = document.get(ID);
    Document kept = document.cloneDeeply();
    store.insert(ns, document);
    indexOrUndo(ns, null, kept, () -> store.delete(ns, id));
    work.changed(
        () -> {
          store.delete(ns, id);
          indexes.changed(ns, kept, null);
        },
        ChangeJournal.event("insert", ns, id, kept));
    return kept;
  }

  Updated update(UnitOfWork work, Namespace ns, Update update) {
    List<Document> targets = store.find(ns, update.filter(), update.sort(), update.multi() ? 0 : 1);
    if (targets.isEmpty() && update.upsert()) {
      Document document = expressions.upserted(update.filter(), update.spec());
      return new Updated(0, 0, insert(work, ns, document));
    }
    int modified = 0;
    for (Document target : targets) {
      if (updateOne(work, ns, target, update)) {
        modified++;
      }
    }
    return new Updated(targets.size(), modified, null);
  }

  /** Applies the update to one document; false when it changes nothing. */
  boolean updateOne(UnitOfWork work, Namespace ns, Document before, Update update) {
    UpdateSpec spec = update.spec();
    Object id = before.get(ID);
    Document filter = new Document(ID, id);
    if (spec.isPositional()) {
      filter = update.filter().clone();
      filter.put(ID, id);
    }
    store.update(ns, filter, expressions.resolve(spec, before), spec.arrayFilters());
    Document after = store.byId(ns, id);
    if (after == null || after.equals(before)) {
      return false;
    }
    indexOrUndo(ns, before, after, () -> store.replace(ns, before));
    Document event =
        spec.isReplacement()
            ? ChangeJournal.event("replace", ns, id, after)
            : ChangeJournal.event("update", ns, id, null)
                .append("updateDescription", difference(before, after));
    work.changed(
        () -> {
          store.replace(ns, before);
          indexes.changed(ns, /* before= */ after, /* after= */ before);
        },
        event);
    return true;
  }

  int delete(UnitOfWork work, Namespace ns, Document filter, int limit) {
    CommandGate.checkFilter(filter);
    List<Document> targets = store.find(ns, filter, null, limit);
    targets.forEach(target -> deleteOne(work, ns, target));
    return targets.size();
  }

  void deleteOne(UnitOfWork work, Namespace ns, Document before) {
    Object id = before.get(ID);
    store.delete(ns, id);
    indexes.changed(ns, before, null);
    work.changed(
        () -> {
          store.insert(ns, before);
          indexes.changed(ns, null, before);
        },
        ChangeJournal.event("delete", ns, id, null));
  }

  private void indexOrUndo(Namespace ns, @Nullable Document before, Document after, Runnable undo) {
    try {
      indexes.changed(ns, before, after);
    } catch (CommandFailure failure) {
      undo.run();
      throw failure;
    }
  }

  /** Top-level fields only, see the limits of {@link DevMongoServer}. */
  private static Document difference(Document before, Document after) {
    Document updated = new Document();
    List<String> removed = new ArrayList<>();
    for (String field : after.keySet()) {
      if (!before.containsKey(field) || !Objects.equals(before.get(field), after.get(field))) {
        updated.append(field, after.get(field));
      }
    }
    before.keySet().stream().filter(field -> !after.containsKey(field)).forEach(removed::add);
    return new Document("updatedFields", updated)
        .append("removedFields", removed)
        .append("truncatedArrays", List.of());
  }
}
