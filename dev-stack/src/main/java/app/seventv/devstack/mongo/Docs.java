package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Typed reading of the untyped documents of the wire, with the error a server gives. */
final class Docs {

  static final String ID = "_id";

  private Docs() {}

  static Document ok() {
    return new Document("ok", 1.0);
  }

  /** The sub-document, or null when the field is absent or null. */
  static @Nullable Document document(Document from, String field) {
    Object value = from.get(field);
    if (value == null || value instanceof Document) {
      return (Document) value;
    }
    throw wrongType(field, "object");
  }

  /** The sub-document, or an empty one when the field is absent or null. */
  static Document documentOrEmpty(Document from, String field) {
    Document value = document(from, field);
    return value == null ? new Document() : value;
  }

  /** The documents of an array field; empty when the field is absent or null. */
  static List<Document> documents(Document from, String field) {
    return asDocuments(from.get(field), field);
  }

  /** The documents of an array value; {@code what} names it in the error. */
  static List<Document> asDocuments(@Nullable Object value, String what) {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof Collection<?> values)) {
      throw wrongType(what, "array");
    }
    List<Document> documents = new ArrayList<>(values.size());
    for (Object element : values) {
      if (!(element instanceof Document document)) {
        throw wrongType(what, "array of objects");
      }
      documents.add(document);
    }
    return documents;
  }

  static String string(Document from, String field) {
    if (from.get(field) instanceof String value) {
      return value;
    }
    throw wrongType(field, "string");
  }

  static long number(Document from, String field, long otherwise) {
    Object value = from.get(field);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number) {
      return number.longValue();
    }
    throw wrongType(field, "number");
  }

  /** True for {@code true} and for numbers other than zero, as the server reads flags. */
  static boolean flag(Document from, String field) {
    Object value = from.get(field);
    return Boolean.TRUE.equals(value) || (value instanceof Number n && n.doubleValue() != 0);
  }

  /** The first key: a command's name, a stage's operator. */
  static String firstKey(Document document) {
    Iterator<String> keys = document.keySet().iterator();
    if (!keys.hasNext()) {
      throw new CommandFailure(9, "FailedToParse", "an empty document is not allowed here");
    }
    return keys.next();
  }

  static boolean startsWithOperator(Document document) {
    return !document.isEmpty() && firstKey(document).startsWith("$");
  }

  private static CommandFailure wrongType(String field, String expected) {
    return new CommandFailure(
        14, "TypeMismatch", "field '" + field + "' has the wrong type, expected " + expected);
  }
}
