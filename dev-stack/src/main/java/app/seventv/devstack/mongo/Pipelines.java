package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.NoopOplog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Aggregation stages: refuses those that would answer wrongly, renames newer ones. */
final class Pipelines {

  /** Stages that drop the connection, write past the change journal or take other forms here. */
  private static final Set<String> REFUSED =
      Set.of("$graphLookup", "$out", "$merge", "$indexStats", "$geoNear", "$changeStream");

  private final MongoBackend backend;

  Pipelines(MongoBackend backend) {
    this.backend = backend;
  }

  /** The same pipeline in stages the wrapped server knows. */
  List<Document> rewrite(List<Document> stages) {
    List<Document> rewritten = new ArrayList<>(stages.size());
    for (Document stage : stages) {
      rewritten.add(rewrite(stage));
    }
    return rewritten;
  }

  private Document rewrite(Document stage) {
    String name = Docs.firstKey(stage);
    if (REFUSED.contains(name)) {
      throw CommandFailure.unsupported("stage " + name);
    }
    return switch (name) {
      case "$set" -> new Document("$addFields", stage.get(name));
      case "$replaceWith" -> new Document("$replaceRoot", new Document("newRoot", stage.get(name)));
      case "$match" -> {
        CommandGate.checkFilter(Docs.documentOrEmpty(stage, name));
        yield stage;
      }
      case "$facet" -> {
        Document facets = new Document();
        Document given = Docs.documentOrEmpty(stage, name);
        given.keySet().forEach(key -> facets.append(key, rewrite(Docs.documents(given, key))));
        yield new Document(name, facets);
      }
      case "$lookup" -> {
        Document lookup = Docs.documentOrEmpty(stage, name).clone();
        if (lookup.containsKey("pipeline")) {
          lookup.put("pipeline", rewrite(Docs.documents(lookup, "pipeline")));
        }
        yield new Document(name, lookup);
      }
      default -> stage;
    };
  }

  /** Runs rewritten stages that read no collection. */
  List<Document> run(List<Document> rewritten, Stream<Document> documents) {
    return Aggregation.fromPipeline(
            rewritten,
            backend::resolveDatabase,
            backend.resolveDatabase("admin"),
            null,
            NoopOplog.get())
        .runStages(documents);
  }
}
