package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers commands: those of a replica set here, plain document work by the wrapped server. */
final class CommandRouter {

  private static final Logger log = LoggerFactory.getLogger(CommandRouter.class);

  /** Documents per batch when the client does not say; the wrapped server would send all. */
  private static final int DEFAULT_BATCH = 1000;

  private final DocumentStore store;
  private final Transactions transactions;
  private final WriteCommands writes;
  private final BulkWriteCommand bulkWrite;
  private final SchemaCommands schema;
  private final IndexCatalog indexes;
  private final ChangeStreams streams;
  private final ChangeJournal journal;
  private final Pipelines pipelines;

  CommandRouter(
      DocumentStore store,
      Transactions transactions,
      DocumentWriter writer,
      IndexCatalog indexes,
      ChangeJournal journal,
      Pipelines pipelines) {
    this.store = store;
    this.transactions = transactions;
    this.writes = new WriteCommands(writer, store);
    this.bulkWrite = new BulkWriteCommand(writer);
    this.schema = new SchemaCommands(store, indexes);
    this.indexes = indexes;
    this.streams = new ChangeStreams(journal, store, pipelines);
    this.journal = journal;
    this.pipelines = pipelines;
  }

  /** Answers a command; errors become error replies. */
  Document handle(Channel channel, String database, Document command) {
    Document reply;
    try {
      reply = dispatch(channel, database, command);
    } catch (CommandFailure failure) {
      reply = failure.toReply();
    } catch (MongoServerException e) {
      reply = CommandFailure.from(e).toReply();
    } catch (RuntimeException e) {
      log.warn("command {} failed", Docs.firstKey(command), e);
      reply = new CommandFailure(8, "UnknownError", "embedded MongoDB backend: " + e).toReply();
    }
    reply.put("operationTime", journal.nextTimestamp());
    return reply;
  }

  void connectionClosed(Channel channel) {
    transactions.connectionClosed(channel);
    store.backend().handleClose(channel);
  }

  private Document dispatch(Channel channel, String database, Document command) {
    String name = Docs.firstKey(command).toLowerCase(Locale.ROOT);
    CommandGate.check(name, command);
    return switch (name) {
      case "hello", "ismaster" -> ServerFacts.hello(channel);
      case "buildinfo" -> ServerFacts.buildInfo();
      case "ping", "refreshsessions" -> Docs.ok();
      case "endsessions", "killsessions" -> {
        transactions.endSessions(Docs.documents(command, Docs.firstKey(command)));
        yield Docs.ok();
      }
      case "committransaction" -> transactions.commit(command);
      case "aborttransaction" -> transactions.abort(command);
      case "insert" ->
          transactions.write(command, channel, work -> writes.insert(work, database, command));
      case "update" ->
          transactions.write(command, channel, work -> writes.update(work, database, command));
      case "delete" ->
          transactions.write(command, channel, work -> writes.delete(work, database, command));
      case "findandmodify" ->
          transactions.write(
              command, channel, work -> writes.findAndModify(work, database, command));
      case "bulkwrite" ->
          transactions.write(command, channel, work -> bulkWrite.run(work, command));
      case "create" -> change(command, work -> schema.create(database, command));
      case "createindexes" -> change(command, work -> indexes.create(database, command));
      case "dropindexes" -> change(command, work -> schema.dropIndexes(database, command));
      case "drop" -> change(command, work -> schema.drop(work, database, command));
      case "dropdatabase" -> change(command, work -> schema.dropDatabase(work, database));
      case "renamecollection" -> change(command, work -> schema.rename(work, command));
      case "getmore" -> getMore(channel, database, command);
      case "killcursors" -> killCursors(channel, database, command);
      case "aggregate" -> aggregate(channel, database, command);
      case "find" -> find(channel, database, command);
      case "count", "distinct" -> {
        CommandGate.checkFilter(command.get("query"));
        yield read(channel, database, command);
      }
      case "listcollections" -> listCollections(channel, database, command);
      case "listindexes" -> listIndexes(channel, database, command);
      default -> read(channel, database, command);
    };
  }

  private Document read(Channel channel, String database, Document command) {
    return transactions.read(command, channel, body -> store.readCommand(channel, database, body));
  }

  private Document change(Document command, Function<UnitOfWork, Document> body) {
    if (Transactions.inTransaction(command)) {
      throw new CommandFailure(
          263,
          "OperationNotSupportedInTransaction",
          "Cannot run '" + Docs.firstKey(command) + "' in a multi-document transaction.");
    }
    return transactions.alone(body);
  }

  private Document find(Channel channel, String database, Document command) {
    CommandGate.checkFind(command);
    Document bounded = command.clone();
    if (Docs.number(command, "batchSize", 0) == 0) {
      bounded.put("batchSize", DEFAULT_BATCH);
    }
    return read(channel, database, bounded);
  }

  private Document aggregate(Channel channel, String database, Document command) {
    List<Document> stages = Docs.documents(command, "pipeline");
    if (!stages.isEmpty() && stages.getFirst().containsKey("$changeStream")) {
      return streams.open(database, command);
    }
    if (!(command.get("aggregate") instanceof String)) {
      throw CommandFailure.unsupported("an aggregation without a collection");
    }
    Document rewritten = command.clone();
    rewritten.put("pipeline", pipelines.rewrite(stages));
    return read(channel, database, rewritten);
  }

  private Document getMore(Channel channel, String database, Document command) {
    if (streams.owns(Docs.number(command, "getMore", 0))) {
      return streams.getMore(command);
    }
    Document bounded = command.clone();
    if (Docs.number(command, "batchSize", 0) == 0) {
      bounded.put("batchSize", DEFAULT_BATCH);
    }
    return read(channel, database, bounded);
  }

  private Document killCursors(Channel channel, String database, Document command) {
    List<Object> killed = new ArrayList<>();
    List<Object> others = new ArrayList<>();
    if (command.get("cursors") instanceof Collection<?> ids) {
      for (Object id : ids) {
        boolean ours = id instanceof Long cursor && streams.owns(cursor) && streams.kill(cursor);
        (ours ? killed : others).add(id);
      }
    }
    if (others.isEmpty()) {
      return new Document("cursorsKilled", killed).append("ok", 1.0);
    }
    Document rest = command.clone();
    rest.put("cursors", others);
    return store.readCommand(channel, database, rest);
  }

  private Document listCollections(Channel channel, String database, Document command) {
    Document reply = read(channel, database, command);
    Document filter = Docs.documentOrEmpty(command, "filter");
    if (!filter.isEmpty()) {
      Document cursor = Docs.documentOrEmpty(reply, "cursor");
      DefaultQueryMatcher matcher = new DefaultQueryMatcher();
      List<Document> wanted = new ArrayList<>(Docs.documents(cursor, "firstBatch"));
      wanted.removeIf(collection -> !matcher.matches(collection, filter));
      cursor.put("firstBatch", wanted);
    }
    return reply;
  }

  private Document listIndexes(Channel channel, String database, Document command) {
    Document reply = read(channel, database, command);
    Namespace ns = new Namespace(database, Docs.string(command, Docs.firstKey(command)));
    Document cursor = Docs.documentOrEmpty(reply, "cursor");
    indexes.restoreDescriptions(ns, Docs.documents(cursor, "firstBatch"));
    return reply;
  }
}
