package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import app.seventv.devstack.mongo.DocumentWriter.Update;
import app.seventv.devstack.mongo.DocumentWriter.Updated;
import app.seventv.devstack.mongo.Transactions.Written;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code bulkWrite} command of server 8.0, which {@code MongoClient.bulkWrite} sends: writes to
 * several collections in one command. All results are in the first batch of the reply.
 */
final class BulkWriteCommand {

  private final DocumentWriter writer;

  BulkWriteCommand(DocumentWriter writer) {
    this.writer = writer;
  }

  /** The counts of the reply. */
  private static final class Totals {
    int errors;
    int inserted;
    int matched;
    int modified;
    int upserted;
    int deleted;
  }

  Written run(UnitOfWork work, Document command) {
    List<Namespace> namespaces = new ArrayList<>();
    for (Document info : Docs.documents(command, "nsInfo")) {
      namespaces.add(Namespace.parse(Docs.string(info, "ns")));
    }
    boolean ordered = !Boolean.FALSE.equals(command.get("ordered"));
    boolean errorsOnly = Docs.flag(command, "errorsOnly");
    Totals totals = new Totals();
    List<Document> results = new ArrayList<>();
    int index = 0;
    for (Document operation : Docs.documents(command, "ops")) {
      try {
        Document result = run(work, operation, namespaces, totals);
        if (!errorsOnly) {
          results.add(new Document("ok", 1.0).append("idx", index).appendAll(result));
        }
      } catch (CommandFailure failure) {
        totals.errors++;
        results.add(error(failure, index));
        if (ordered || Transactions.inTransaction(command)) {
          break;
        }
      }
      index++;
    }
    return new Written(reply(results, totals), totals.errors > 0);
  }

  private Document run(
      UnitOfWork work, Document operation, List<Namespace> namespaces, Totals totals) {
    CommandGate.check("bulkwrite", operation);
    String kind = Docs.firstKey(operation);
    Namespace ns = namespace(operation, kind, namespaces);
    return switch (kind) {
      case "insert" -> {
        writer.insert(work, ns, Docs.documentOrEmpty(operation, "document"));
        totals.inserted++;
        yield new Document("n", 1);
      }
      case "update" -> update(work, ns, operation, totals);
      case "delete" -> {
        int limit = Docs.flag(operation, "multi") ? 0 : 1;
        int deleted = writer.delete(work, ns, Docs.documentOrEmpty(operation, "filter"), limit);
        totals.deleted += deleted;
        yield new Document("n", deleted);
      }
      default ->
          throw new CommandFailure(
              9, "FailedToParse", "bulkWrite operation '" + kind + "' is unknown");
    };
  }

  private static Namespace namespace(Document operation, String kind, List<Namespace> namespaces) {
    long index = Docs.number(operation, kind, -1);
    if (index < 0 || index >= namespaces.size()) {
      throw new CommandFailure(2, "BadValue", "no nsInfo entry " + index);
    }
    return namespaces.get((int) index);
  }

  private Document update(UnitOfWork work, Namespace ns, Document operation, Totals totals) {
    Updated updated =
        writer.update(
            work,
            ns,
            new Update(
                Docs.documentOrEmpty(operation, "filter"),
                UpdateSpec.parse(operation, "updateMods"),
                Docs.document(operation, "sort"),
                Docs.flag(operation, "multi"),
                Docs.flag(operation, "upsert")));
    totals.matched += updated.matched();
    totals.modified += updated.modified();
    Document result = new Document("n", updated.matched()).append("nModified", updated.modified());
    Document inserted = updated.inserted();
    if (inserted != null) {
      totals.upserted++;
      result.append("n", 1).append("upserted", new Document(ID, inserted.get(ID)));
    }
    return result;
  }

  private static Document error(CommandFailure failure, int index) {
    return new Document("ok", 0.0)
        .append("idx", index)
        .append("code", failure.code())
        .append("codeName", failure.codeName())
        .append("errmsg", failure.getMessage())
        .append("n", 0);
  }

  private static Document reply(List<Document> results, Totals totals) {
    return new Document(
            "cursor",
            new Document("id", 0L)
                .append("ns", "admin.$cmd.bulkWrite")
                .append("firstBatch", results))
        .append("nErrors", totals.errors)
        .append("nInserted", totals.inserted)
        .append("nMatched", totals.matched)
        .append("nModified", totals.modified)
        .append("nUpserted", totals.upserted)
        .append("nDeleted", totals.deleted)
        .append("ok", 1.0);
  }
}
