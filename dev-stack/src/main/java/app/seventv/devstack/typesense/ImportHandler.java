package app.seventv.devstack.typesense;

import java.util.StringJoiner;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /collections/{c}/documents/import}: one JSON object a line, one result a line. */
final class ImportHandler {
  private final Collection collection;
  private final Collection.Action action;
  private final DirtyValues dirtyValues;
  private final boolean returnsId;
  private final boolean returnsDocument;

  ImportHandler(Collection collection, ApiRequest request) {
    this.collection = collection;
    this.action = request.action(Collection.Action.CREATE);
    this.dirtyValues = DirtyValues.parse(request.parameter("dirty_values"), collection.schema());
    this.returnsId = "true".equals(request.parameter("return_id"));
    this.returnsDocument = "true".equals(request.parameter("return_doc"));
  }

  /** Writes line by line; a bad line is told in its result and stops nothing. */
  Reply importLines(String body) {
    StringJoiner results = new StringJoiner("\n");
    body.lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> results.add(Json.write(importLine(line))));
    if (results.length() == 0) {
      throw ApiException.badRequest("The request body was empty.");
    }
    return Reply.lines(results.toString());
  }

  private ObjectNode importLine(String line) {
    try {
      StoredDocument stored = collection.write(Json.parseObject(line), action, dirtyValues);
      ObjectNode result = Json.object();
      if (returnsDocument) {
        result.set("document", stored.source());
      }
      if (returnsId) {
        result.put("id", stored.id());
      }
      return result.put("success", true);
    } catch (ApiException e) {
      return Json.object()
          .put("code", e.status())
          .put("document", line)
          .put("error", e.text())
          .put("success", false);
    }
  }
}
