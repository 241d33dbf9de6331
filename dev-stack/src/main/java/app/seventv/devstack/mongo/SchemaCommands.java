package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;

/** Commands that create, drop and rename collections; their events end change streams. */
final class SchemaCommands {

  private final DocumentStore store;
  private final IndexCatalog indexes;

  SchemaCommands(DocumentStore store, IndexCatalog indexes) {
    this.store = store;
    this.indexes = indexes;
  }

  Document create(String database, Document command) {
    CommandGate.checkCreate(command);
    return store.writeCommand(database, command);
  }

  Document dropIndexes(String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, Docs.firstKey(command)));
    Document reply = store.writeCommand(database, command);
    indexes.forget(ns, command.get("index"));
    return reply;
  }

  Document drop(UnitOfWork work, String database, Document command) {
    Namespace ns = new Namespace(database, Docs.string(command, "drop"));
    Document reply = store.writeCommand(database, command);
    dropped(work, ns);
    return reply;
  }

  Document dropDatabase(UnitOfWork work, String database) {
    Document list = new Document("listCollections", 1);
    Document cursor = Docs.documentOrEmpty(store.writeCommand(database, list), "cursor");
    Document reply = store.writeCommand(database, new Document("dropDatabase", 1));
    for (Document collection : Docs.documents(cursor, "firstBatch")) {
      dropped(work, new Namespace(database, Docs.string(collection, "name")));
    }
    announce(
        work,
        new Document("operationType", "dropDatabase").append("ns", new Document("db", database)));
    return reply;
  }

  Document rename(UnitOfWork work, Document command) {
    Namespace from = Namespace.parse(Docs.string(command, Docs.firstKey(command)));
    Namespace to = Namespace.parse(Docs.string(command, "to"));
    Document reply = store.writeCommand("admin", command);
    indexes.forget(to);
    indexes.rename(from, to);
    announce(
        work,
        new Document("operationType", "rename").append("ns", name(from)).append("to", name(to)));
    return reply;
  }

  private void dropped(UnitOfWork work, Namespace ns) {
    indexes.forget(ns);
    announce(work, new Document("operationType", "drop").append("ns", name(ns)));
  }

  private static void announce(UnitOfWork work, Document event) {
    work.changed(() -> {}, event);
  }

  private static Document name(Namespace ns) {
    return new Document("db", ns.database()).append("coll", ns.collection());
  }
}
