package app.seventv.devstack.typesense;

import java.nio.charset.StandardCharsets;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import tools.jackson.databind.node.ObjectNode;

/**
 * A document as it is kept.
 *
 * @param sequence insertion order, kept by later updates; breaks ties between equal hits
 * @param source the JSON as sent, without null fields; never changed in place
 */
record StoredDocument(long sequence, ObjectNode source) {

  static StoredDocument read(Document document) {
    IndexableField sequence = document.getField(IndexNames.SEQUENCE);
    BytesRef json = document.getBinaryValue(IndexNames.SOURCE);
    if (sequence == null || json == null) {
      throw new IllegalStateException("the index holds a document without its source");
    }
    String text = new String(json.bytes, json.offset, json.length, StandardCharsets.UTF_8);
    return new StoredDocument(sequence.numericValue().longValue(), Json.parseObject(text));
  }

  String id() {
    return source.path(Schema.ID).asString("");
  }
}
