package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.Docs.ID;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns updates that the wrapped server does not know into ones it does, and computes the document
 * an upsert inserts. Used by one writer at a time.
 */
final class UpdateExpressions {

  private static final Set<String> PIPELINE_STAGES =
      Set.of("$set", "$addFields", "$unset", "$project", "$replaceWith", "$replaceRoot");

  /** Upserts are computed in a collection of their own, where nothing else can be in the way. */
  private static final Namespace SCRATCH = new Namespace("scratch", "upsert");

  private final DocumentStore scratch = new DocumentStore(new MemoryBackend());
  private final Pipelines pipelines;

  UpdateExpressions(Pipelines pipelines) {
    this.pipelines = pipelines;
  }

  /** The operators or the replacement that have the effect of {@code spec} on {@code document}. */
  Document resolve(UpdateSpec spec, Document document) {
    if (spec.pipeline() != null) {
      return runPipeline(spec.pipeline(), document);
    }
    return spec.change().containsKey("$bit") ? resolveBit(spec.change(), document) : spec.change();
  }

  private Document runPipeline(List<Document> stages, Document document) {
    for (Document stage : stages) {
      if (!PIPELINE_STAGES.contains(Docs.firstKey(stage))) {
        throw new CommandFailure(
            72,
            "InvalidOptions",
            Docs.firstKey(stage) + " is not allowed to be used within an update");
      }
    }
    Document result =
        pipelines.run(pipelines.rewrite(stages), Stream.of(document.cloneDeeply())).getFirst();
    if (result.containsKey(ID)) {
      return result;
    }
    Document withId = new Document(ID, document.get(ID));
    withId.putAll(result);
    return withId;
  }

  /** {@code $bit} with {@code and}, {@code or}, {@code xor} becomes {@code $set}. */
  private static Document resolveBit(Document change, Document document) {
    Document resolved = change.clone();
    Document set = Docs.documentOrEmpty(change, "$set").clone();
    Document bits = Docs.documentOrEmpty(change, "$bit");
    for (String path : bits.keySet()) {
      if (path.contains("$")) {
        throw CommandFailure.unsupported("$bit on the array path " + path);
      }
      set.append(path, bitwise(path, Docs.documentOrEmpty(bits, path), document));
    }
    resolved.remove("$bit");
    resolved.put("$set", set);
    return resolved;
  }

  private static Number bitwise(String path, Document operations, Document document) {
    Object stored = Utils.getSubdocumentValue(document, path);
    if (stored instanceof Missing) {
      stored = 0;
    }
    boolean wide = stored instanceof Long;
    if (!wide && !(stored instanceof Integer)) {
      throw new CommandFailure(
          2, "BadValue", "Cannot apply $bit to a value of non-integral type at " + path);
    }
    long value = ((Number) stored).longValue();
    for (String operation : operations.keySet()) {
      Object operand = operations.get(operation);
      if (!(operand instanceof Integer) && !(operand instanceof Long)) {
        throw new CommandFailure(2, "BadValue", "The $bit modifier field must be an Integer");
      }
      wide |= operand instanceof Long;
      long mask = ((Number) operand).longValue();
      value =
          switch (operation) {
            case "and" -> value & mask;
            case "or" -> value | mask;
            case "xor" -> value ^ mask;
            default ->
                throw new CommandFailure(
                    2, "BadValue", "The $bit modifier only supports 'and', 'or', and 'xor'");
          };
    }
    return wide ? (Number) value : (Number) (int) value;
  }

  /** The document that an upsert of {@code spec} inserts when nothing matches the filter. */
  Document upserted(Document filter, UpdateSpec spec) {
    if (spec.pipeline() != null) {
      throw CommandFailure.unsupported("an upsert given as a pipeline");
    }
    Document command =
        DocumentStore.updateOne(
            SCRATCH, filter, resolve(spec, new Document()), spec.arrayFilters());
    Docs.documents(command, "updates").getFirst().append("upsert", true);
    DocumentStore.failOnWriteError(scratch.writeCommand(SCRATCH.database(), command));
    Document inserted = scratch.find(SCRATCH, new Document(), null, 1).getFirst();
    scratch.delete(SCRATCH, inserted.get(ID));
    return withId(inserted, filter, spec.change());
  }

  /** The id comes first, and an id of null stays null. */
  private static Document withId(Document inserted, Document filter, Document change) {
    @Nullable Object id = inserted.get(ID);
    boolean nullId =
        (filter.containsKey(ID) && filter.get(ID) == null)
            || (change.containsKey(ID) && change.get(ID) == null);
    Document result = new Document(ID, nullId ? null : id);
    inserted.keySet().stream()
        .filter(key -> !key.equals(ID))
        .forEach(key -> result.append(key, inserted.get(key)));
    return result;
  }
}
