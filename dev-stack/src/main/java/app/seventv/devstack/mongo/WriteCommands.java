package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import app.seventv.devstack.mongo.DocumentWriter.Update;
import app.seventv.devstack.mongo.DocumentWriter.Updated;
import app.seventv.devstack.mongo.Transactions.Written;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands {@code insert}, {@code update}, {@code delete} and {@code findAndModify}. */
final class WriteCommands {

  private final DocumentWriter writer;
  private final DocumentStore store;

  WriteCommands(DocumentWriter writer, DocumentStore store) {
    this.writer = writer;
    this.store = store;
  }

  /** One statement of a batch. */
  private interface Statement {
    void run(Document statement, int index);
  }

  Written insert(UnitOfWork work, String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, "insert"));
    int[] inserted = {0};
    List<Document> errors =
        runAll(
            command,
            "documents",
            (document, index) -> {
              writer.insert(work, ns, document);
              inserted[0]++;
            });
    return reply(new Document("n", inserted[0]), errors);
  }

  Written update(UnitOfWork work, String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, "update"));
    int[] matched = {0};
    int[] modified = {0};
    List<Document> upserted = new ArrayList<>();
    List<Document> errors =
        runAll(
            command,
            "updates",
            (statement, index) -> {
              CommandGate.check("update", statement);
              Updated result =
                  writer.update(
                      work,
                      ns,
                      new Update(
                          Docs.documentOrEmpty(statement, "q"),
                          UpdateSpec.parse(statement, "u"),
                          Docs.document(statement, "sort"),
                          Docs.flag(statement, "multi"),
                          Docs.flag(statement, "upsert")));
              matched[0] += result.matched();
              modified[0] += result.modified();
              Document inserted = result.inserted();
              if (inserted != null) {
                upserted.add(new Document("index", index).append(ID, inserted.get(ID)));
              }
            });
    Document reply =
        new Document("n", matched[0] + upserted.size()).append("nModified", modified[0]);
    if (!upserted.isEmpty()) {
      reply.append("upserted", upserted);
    }
    return reply(reply, errors);
  }

  Written delete(UnitOfWork work, String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, "delete"));
    int[] deleted = {0};
    List<Document> errors =
        runAll(
            command,
            "deletes",
            (statement, index) -> {
              CommandGate.check("delete", statement);
              Document filter = Docs.documentOrEmpty(statement, "q");
              int limit = (int) Docs.number(statement, "limit", 0);
              deleted[0] += writer.delete(work, ns, filter, limit);
            });
    return reply(new Document("n", deleted[0]), errors);
  }

  /** Runs the statements; an ordered batch stops at the first failure. */
  private static List<Document> runAll(Document command, String field, Statement run) {
    boolean ordered = !Boolean.FALSE.equals(command.get("ordered"));
    List<Document> errors = new ArrayList<>();
    int index = 0;
    for (Document statement : Docs.documents(command, field)) {
      try {
        run.run(statement, index);
      } catch (CommandFailure failure) {
        errors.add(failure.toWriteError(index));
        if (ordered || Transactions.inTransaction(command)) {
          break;
        }
      }
      index++;
    }
    return errors;
  }

  private static Written reply(Document counts, List<Document> errors) {
    if (!errors.isEmpty()) {
      counts.append("writeErrors", errors);
    }
    return new Written(counts.append("ok", 1.0), !errors.isEmpty());
  }

  Written findAndModify(UnitOfWork work, String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, Docs.firstKey(command)));
    Document filter = Docs.documentOrEmpty(command, "query");
    Document fields = Docs.documentOrEmpty(command, "fields");
    CommandGate.checkFilter(filter);
    CommandGate.checkProjection(fields);
    List<Document> found = store.find(ns, filter, Docs.document(command, "sort"), 1);
    Document target = found.isEmpty() ? null : found.getFirst();
    if (Docs.flag(command, "remove")) {
      return new Written(findAndRemove(work, ns, target, fields), false);
    }
    return new Written(findAndUpdate(work, ns, command, target, fields), false);
  }

  private Document findAndRemove(
      UnitOfWork work, Namespace ns, @Nullable Document target, Document fields) {
    if (target == null) {
      return modified(new Document("n", 0), null);
    }
    Document shown = project(ns, target, fields);
    writer.deleteOne(work, ns, target);
    return modified(new Document("n", 1), shown);
  }

  private Document findAndUpdate(
      UnitOfWork work, Namespace ns, Document command, @Nullable Document target, Document fields) {
    boolean showNew = Docs.flag(command, "new");
    Update update =
        new Update(
            Docs.documentOrEmpty(command, "query"),
            UpdateSpec.parse(command, "update"),
            null,
            false,
            Docs.flag(command, "upsert"));
    if (target != null) {
      Document before = project(ns, target, fields);
      writer.updateOne(work, ns, target, update);
      Document lastError = new Document("n", 1).append("updatedExisting", true);
      return modified(lastError, showNew ? project(ns, target, fields) : before);
    }
    Document lastError = new Document("n", 0).append("updatedExisting", false);
    if (!update.upsert()) {
      return modified(lastError, null);
    }
    Document inserted = writer.update(work, ns, update).inserted();
    if (inserted == null) {
      throw new IllegalStateException("an upsert without a target inserted nothing");
    }
    lastError.append("n", 1).append("upserted", inserted.get(ID));
    return modified(lastError, showNew ? project(ns, inserted, fields) : null);
  }

  private @Nullable Document project(Namespace ns, Document document, Document fields) {
    Object id = document.get(ID);
    return fields.isEmpty() ? store.byId(ns, id) : store.project(ns, id, fields);
  }

  private static Document modified(Document lastError, @Nullable Document value) {
    return new Document("lastErrorObject", lastError).append("value", value).append("ok", 1.0);
  }
}
