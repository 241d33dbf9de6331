package app.seventv.devstack.typesense;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LiveFieldValues;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One collection: a schema and a Lucene index. The schema travels in the index's commits, so both
 * always match after a restart. Writers take turns; readers see every finished write. After {@link
 * #close()}, as when it is dropped, every method throws Lucene's AlreadyClosedException.
 */
final class Collection implements AutoCloseable {
  /** How a written document relates to one that is already there. */
  enum Action {
    CREATE,
    UPDATE,
    UPSERT,
    EMPLACE
  }

  /** Work on a snapshot of the documents. */
  interface Reading<T> {
    T read(IndexSearcher searcher) throws IOException;
  }

  private static final String SCHEMA_KEY = "schema";
  private static final String NEXT_SEQUENCE_KEY = "next_sequence";

  private final Directory directory;
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final LiveDocuments live;
  private final ReentrantLock writeLock = new ReentrantLock();
  private volatile Schema schema;
  private long nextSequence; // guarded by writeLock

  private Collection(Directory directory, @Nullable Schema created) throws IOException {
    this.directory = directory;
    IndexWriterConfig config = new IndexWriterConfig(new KeywordAnalyzer());
    config.setRAMBufferSizeMB(Limits.INDEX_BUFFER_MB);
    this.writer = new IndexWriter(directory, config);
    if (created == null) {
      Map<String, String> state = committedState(writer);
      this.schema = Schema.parse(Json.parseObject(state.getOrDefault(SCHEMA_KEY, "")), 0);
      this.nextSequence = Long.parseLong(state.getOrDefault(NEXT_SEQUENCE_KEY, "0"));
    } else {
      this.schema = created;
      setCommitState();
      writer.commit();
    }
    this.searchers = new SearcherManager(writer, new SearcherFactory());
    this.live = new LiveDocuments(searchers);
  }

  static Collection create(Directory directory, Schema schema) throws IOException {
    return new Collection(directory, schema);
  }

  static Collection open(Directory directory) throws IOException {
    return new Collection(directory, null);
  }

  /** Whether the folder holds a collection whose creation was finished. */
  static boolean exists(Path folder) throws IOException {
    try (Directory directory = new NIOFSDirectory(folder)) {
      return DirectoryReader.indexExists(directory);
    }
  }

  private static Map<String, String> committedState(IndexWriter writer) {
    Iterable<Map.Entry<String, String>> entries = writer.getLiveCommitData();
    Map<String, String> state = new HashMap<>();
    if (entries != null) {
      entries.forEach(entry -> state.put(entry.getKey(), entry.getValue()));
    }
    return state;
  }

  private void setCommitState() {
    writer.setLiveCommitData(
        Map.of(
                SCHEMA_KEY, Json.write(schema.toJson()),
                NEXT_SEQUENCE_KEY, Long.toString(nextSequence))
            .entrySet());
  }

  Schema schema() {
    return schema;
  }

  /** Schema and number of documents, as {@code GET /collections/{c}} answers. */
  ObjectNode describe() {
    int documents = read(searcher -> searcher.getIndexReader().numDocs());
    return schema.toJson().put("num_documents", documents);
  }

  /** Runs the reading on a snapshot that holds every finished write. */
  <T> T read(Reading<T> reading) {
    try {
      searchers.maybeRefreshBlocking();
      IndexSearcher searcher = searchers.acquire();
      try {
        return reading.read(searcher);
      } finally {
        searchers.release(searcher);
      }
    } catch (IndexSearcher.TooManyClauses e) {
      throw ApiException.badRequest("`filter_by` has too many operations.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The document; 404 when there is none. */
  StoredDocument get(String id) {
    StoredDocument found = find(id);
    if (found == null) {
      throw ApiException.notFound("Could not find a document with id: " + id);
    }
    return found;
  }

  private @Nullable StoredDocument find(String id) {
    try {
      return live.get(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes one document and returns it as kept. 400 when it does not fit the schema, 404 when an
   * update finds none, 409 when a create finds one.
   */
  StoredDocument write(ObjectNode document, Action action, DirtyValues dirtyValues) {
    writeLock.lock();
    try {
      String id = idOf(document);
      StoredDocument existing = find(id);
      if (existing == null && action == Action.UPDATE) {
        throw ApiException.notFound("Could not find a document with id: " + id);
      }
      if (existing != null && action == Action.CREATE) {
        throw ApiException.conflict("A document with id " + id + " already exists.");
      }
      boolean merges = action == Action.UPDATE || action == Action.EMPLACE;
      ObjectNode source = document;
      if (existing != null && merges) {
        source = existing.source().deepCopy();
        source.setAll(document);
      }
      source.put(Schema.ID, id);
      Schema extended = DocumentMapper.withDetectedFields(source, schema);
      DocumentMapper.check(source, extended, dirtyValues);
      schema = extended;
      long sequence = existing == null ? nextSequence++ : existing.sequence();
      StoredDocument stored = new StoredDocument(sequence, source);
      store(stored, extended.tokenizer());
      return stored;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writeLock.unlock();
    }
  }

  private String idOf(ObjectNode document) {
    if (!document.has(Schema.ID)) {
      return Long.toString(nextSequence);
    }
    String id = document.path(Schema.ID).isString() ? document.path(Schema.ID).stringValue() : "";
    if (id.isEmpty()) {
      throw ApiException.badRequest("Document's `id` field should be a non-empty string.");
    }
    if (id.length() > Limits.MAX_WHOLE_VALUE_CHARS) {
      throw ApiException.badRequest("Document's `id` field is too long.");
    }
    return id;
  }

  private void store(StoredDocument stored, TextTokenizer tokenizer) throws IOException {
    Document lucene = DocumentMapper.toLucene(stored, schema, tokenizer);
    writer.updateDocument(new Term(IndexNames.ID, stored.id()), lucene);
    live.add(stored.id(), stored);
  }

  /** Deletes one document and returns it; 404 when there is none. */
  StoredDocument delete(String id) {
    writeLock.lock();
    try {
      StoredDocument found = get(id);
      remove(id);
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writeLock.unlock();
    }
  }

  private void remove(String id) throws IOException {
    writer.deleteDocuments(new Term(IndexNames.ID, id));
    live.delete(id);
  }

  /** Deletes every document the query matches and returns their number. */
  int deleteMatching(Query query) {
    writeLock.lock();
    try {
      List<StoredDocument> matches = read(searcher -> DocumentReader.readAll(searcher, query));
      for (StoredDocument match : matches) {
        remove(match.id());
      }
      return matches.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writeLock.unlock();
    }
  }

  /** Merges the fields into every document the query matches and returns their number. */
  int updateMatching(Query query, ObjectNode fields, DirtyValues dirtyValues) {
    writeLock.lock();
    try {
      List<StoredDocument> matches = read(searcher -> DocumentReader.readAll(searcher, query));
      for (StoredDocument match : matches) {
        ObjectNode update = fields.deepCopy().put(Schema.ID, match.id());
        write(update, Action.UPDATE, dirtyValues);
      }
      return matches.size();
    } finally {
      writeLock.unlock();
    }
  }

  /** Applies field changes: all documents are checked first, then indexed anew. */
  void alter(ArrayNode changes) {
    writeLock.lock();
    try {
      Schema altered = schema.altered(changes);
      List<StoredDocument> documents =
          read(searcher -> DocumentReader.readAll(searcher, MatchAllDocsQuery.INSTANCE));
      for (StoredDocument document : documents) {
        altered = DocumentMapper.withDetectedFields(document.source(), altered);
        DocumentMapper.check(document.source(), altered, DirtyValues.REJECT);
      }
      schema = altered;
      TextTokenizer tokenizer = altered.tokenizer();
      for (StoredDocument document : documents) {
        store(document, tokenizer);
      }
      commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writeLock.unlock();
    }
  }

  /** Makes all finished writes durable; cheap when there are none. */
  void commit() throws IOException {
    writeLock.lock();
    try {
      if (writer.isOpen() && writer.hasUncommittedChanges()) {
        setCommitState();
        writer.commit();
        searchers.maybeRefresh(); // also empties the table of live documents
      }
    } finally {
      writeLock.unlock();
    }
  }

  /** Commits, then releases the index. */
  @Override
  public void close() throws IOException {
    writeLock.lock();
    try {
      commit();
      live.close();
      searchers.close();
      writer.close();
      directory.close();
    } finally {
      writeLock.unlock();
    }
  }

  /** Documents by id, among them those written since the last refresh of the searcher. */
  private static final class LiveDocuments extends LiveFieldValues<IndexSearcher, StoredDocument> {
    /** Stands for a document deleted since the last refresh; {@link #get} tells it as null. */
    private static final StoredDocument DELETED = new StoredDocument(-1, Json.object());

    LiveDocuments(SearcherManager searchers) {
      super(searchers, DELETED);
    }

    @Override
    protected @Nullable StoredDocument lookupFromSearcher(IndexSearcher searcher, String id)
        throws IOException {
      TopDocs top = searcher.search(new TermQuery(new Term(IndexNames.ID, id)), 1);
      return top.scoreDocs.length == 0 ? null : DocumentReader.read(searcher, top.scoreDocs[0].doc);
    }
  }
}
