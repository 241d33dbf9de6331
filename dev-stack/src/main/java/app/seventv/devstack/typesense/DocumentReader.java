package app.seventv.devstack.typesense;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortedNumericSelector;

/** Loads stored documents from a snapshot. */
final class DocumentReader {
  private static final Set<String> LOADED = Set.of(IndexNames.SEQUENCE, IndexNames.SOURCE);

  private DocumentReader() {}

  static StoredDocument read(IndexSearcher searcher, int doc) throws IOException {
    return StoredDocument.read(searcher.storedFields().document(doc, LOADED));
  }

  /** What a caller does with each document of {@link #forEach}. */
  interface Visitor {
    void visit(StoredDocument document) throws IOException;
  }

  /** Visits every match in order of insertion. */
  static void forEach(IndexSearcher searcher, Query query, Visitor visitor) throws IOException {
    int maxDocs = Math.max(1, searcher.getIndexReader().maxDoc());
    Sort insertion =
        new Sort(
            LongField.newSortField(IndexNames.SEQUENCE, false, SortedNumericSelector.Type.MIN));
    StoredFields stored = searcher.storedFields();
    for (ScoreDoc hit : searcher.search(query, maxDocs, insertion).scoreDocs) {
      visitor.visit(StoredDocument.read(stored.document(hit.doc, LOADED)));
    }
  }

  static List<StoredDocument> readAll(IndexSearcher searcher, Query query) throws IOException {
    List<StoredDocument> documents = new ArrayList<>();
    forEach(searcher, query, documents::add);
    return documents;
  }
}
