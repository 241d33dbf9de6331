package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what the wrapped server would accept and answer wrongly, so that a test shows it. Whoever
 * finds another such thing adds it here, with a test, before working around it.
 */
final class CommandGate {

  private static final Set<String> REFUSED_COMMANDS =
      Set.of("collmod", "mapreduce", "convertocapped", "clonecollectionascapped");

  private static final Set<String> PLAIN_COLLECTION_OPTIONS =
      Set.of("create", "comment", "writeConcern", "idIndex", "lsid", "txnNumber", "maxTimeMS");

  private static final Set<String> PROJECTION_OPERATORS = Set.of("$elemMatch", "$slice");

  private CommandGate() {}

  /** Checks that hold for every command. */
  static void check(String command, Document body) {
    if (REFUSED_COMMANDS.contains(command)) {
      throw CommandFailure.unsupported("command " + Docs.firstKey(body));
    }
    if (body.containsKey("collation")) {
      throw CommandFailure.unsupported("collation");
    }
    if (body.containsKey("let")) {
      throw CommandFailure.unsupported("let");
    }
  }

  static void checkFind(Document find) {
    checkFilter(Docs.documentOrEmpty(find, "filter"));
    checkProjection(Docs.documentOrEmpty(find, "projection"));
    if (Docs.flag(find, "tailable")) {
      throw CommandFailure.unsupported("tailable cursor");
    }
    for (String bound : Set.of("min", "max")) {
      if (find.get(bound) instanceof Document document && !document.isEmpty()) {
        throw CommandFailure.unsupported("index bound " + bound);
      }
    }
  }

  /** Equality of generic binary values answers differently from one time to the next. */
  static void checkFilter(@Nullable Object filter) {
    switch (filter) {
      case Document document -> document.values().forEach(CommandGate::checkFilter);
      case Collection<?> values -> values.forEach(CommandGate::checkFilter);
      case BinData bytes ->
          throw CommandFailure.unsupported(
              "comparing generic binary (" + bytes.getData().length + " bytes, subtype 0)");
      case null, default -> {}
    }
  }

  /** Only inclusion, exclusion, {@code $elemMatch} and {@code $slice} are right. */
  static void checkProjection(Document projection) {
    for (String path : projection.keySet()) {
      Object value = projection.get(path);
      if (path.endsWith(".$")) {
        throw CommandFailure.unsupported("positional projection " + path);
      }
      boolean plain = value instanceof Number || value instanceof Boolean;
      boolean known =
          value instanceof Document operator
              && operator.size() == 1
              && PROJECTION_OPERATORS.contains(Docs.firstKey(operator));
      if (!plain && !known) {
        throw CommandFailure.unsupported("computed projection " + path);
      }
    }
  }

  /** Validators, views, capped and time-series collections. */
  static void checkCreate(Document create) {
    for (String option : create.keySet()) {
      boolean off = Boolean.FALSE.equals(create.get(option));
      boolean harmless = option.startsWith("$") || PLAIN_COLLECTION_OPTIONS.contains(option);
      if (!off && !harmless) {
        throw CommandFailure.unsupported("collection option " + option);
      }
    }
  }
}
