package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.SearchParams.QueryField;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsCollectorManager;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs one search over one collection and builds the reply (backing-services.md §5.2). */
final class SearchExecutor {
  private final Collection collection;
  private final Schema schema;
  private final SearchParams params;
  private final QueryText text;
  private final List<QueryField> fields;
  private final Facets facets;
  private final Projection projection;

  /** Checks the parameters; errors are 400, 404 and 422. */
  SearchExecutor(Collection collection, SearchParams params) {
    this.collection = collection;
    this.schema = collection.schema();
    this.params = params;
    this.text = QueryText.parse(params.query(), schema.tokenizer());
    this.fields = params.queryFields(schema);
    this.facets = new Facets(params, schema);
    this.projection = Projection.of(params.get("include_fields"), params.get("exclude_fields"));
    if (fields.isEmpty() && !text.matchesAll()) {
      throw ApiException.badRequest("No search fields specified for the query.");
    }
  }

  ObjectNode search() {
    long startNs = System.nanoTime();
    ObjectNode reply = collection.read(this::search);
    return reply
        .put("search_cutoff", false)
        .put("search_time_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
  }

  private ObjectNode search(IndexSearcher searcher) throws IOException {
    TextMatch.Match match = match(searcher);
    Sorting sorting = Sorting.parse(params, schema, searcher);
    int offset = params.offset();
    int end = offset + params.perPage();
    int wanted = sorting.hasBuckets() ? Math.max(end, Limits.MAX_BUCKETED_HITS) : end;
    int depth = Math.clamp(wanted, 1, Math.max(1, searcher.getIndexReader().maxDoc()));

    ObjectNode reply = Json.object();
    TopDocs top;
    if (facets.isEmpty()) {
      top =
          searcher.search(
              match.query(),
              new TopFieldCollectorManager(sorting.sort(), depth, Integer.MAX_VALUE));
      reply.putArray("facet_counts");
    } else {
      FacetsCollectorManager.FacetsResult result =
          FacetsCollectorManager.search(
              searcher, match.query(), depth, sorting.sort(), new FacetsCollectorManager());
      top = result.topDocs();
      FacetsCollector hits = result.facetsCollector();
      reply.set("facet_counts", facets.count(searcher, hits));
    }
    if (sorting.hasBuckets()) {
      TextMatchBuckets.reorder(top.scoreDocs, sorting);
    }
    reply
        .put("found", top.totalHits.value())
        .put("out_of", searcher.getIndexReader().numDocs())
        .put("page", params.page());
    addRequest(reply.putObject("request_params"));
    int last = Math.min(end, top.scoreDocs.length);
    addHits(reply.putArray("hits"), searcher, match, top.scoreDocs, offset, last, sorting);
    return reply;
  }

  private TextMatch.Match match(IndexSearcher searcher) throws IOException {
    Query filter = FilterQuery.of(params.get("filter_by"), schema);
    if (text.matchesAll()) {
      Query unscored = new BooleanQuery.Builder().add(filter, Occur.FILTER).build();
      return new TextMatch.Match(unscored, false, false);
    }
    return new TextMatch(fields, text, params).match(searcher, filter);
  }

  private void addRequest(ObjectNode request) {
    request
        .put("collection_name", schema.name())
        .put("first_q", params.query())
        .put("per_page", params.perPage())
        .put("q", params.query());
  }

  private void addHits(
      ArrayNode hits,
      IndexSearcher searcher,
      TextMatch.Match match,
      ScoreDoc[] found,
      int from,
      int to,
      Sorting sorting)
      throws IOException {
    Highlighter highlighter = new Highlighter(params, fields, text, match, schema.tokenizer());
    for (int i = from; i < to; i++) {
      ObjectNode document = DocumentReader.read(searcher, found[i].doc).source();
      ObjectNode hit = hits.addObject();
      hit.set("document", projection.apply(document));
      highlighter.highlight(hit, document);
      if (!text.matchesAll()) {
        hit.put("text_match", textMatch((FieldDoc) found[i], sorting));
      }
    }
  }

  /** Every sort holds the score, so it need not be computed again. */
  private static long textMatch(FieldDoc hit, Sorting sorting) {
    SortField[] criteria = sorting.sort().getSort();
    for (int i = 0; i < criteria.length; i++) {
      if (criteria[i].getType() == SortField.Type.SCORE && hit.fields[i] instanceof Float score) {
        return score.longValue();
      }
    }
    throw new IllegalStateException("a sort without the text match score");
  }
}
