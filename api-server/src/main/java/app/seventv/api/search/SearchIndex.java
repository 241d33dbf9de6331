package app.seventv.api.search;

import app.seventv.model.Id;
import java.util.List;

/** Finds ids; the documents themselves always come from the store (api-v4.md §13). */
public interface SearchIndex {
  /**
   * Runs one search.
   *
   * @throws app.seventv.api.common.ApiException 500 LOAD_ERROR when the engine fails
   */
  Hits search(Query query);

  /**
   * What to look for, in the engine's own terms.
   *
   * @param collection name of the search collection
   * @param text query text, {@code *} for everything
   * @param queryBy fields, comma separated
   * @param weights weights of those fields, comma separated
   * @param filter filter expression, empty for none
   * @param sort sort expression
   * @param page 1-based
   * @param perPage hits per page
   * @param prioritizeExactMatch whether a hit of the whole field ranks first
   */
  record Query(
      String collection,
      String text,
      String queryBy,
      String weights,
      String filter,
      String sort,
      int page,
      int perPage,
      boolean prioritizeExactMatch) {}

  /**
   * A page of results.
   *
   * @param ids ids in rank order
   * @param found number of matches in all
   */
  record Hits(List<Id> ids, long found) {
    /** Copies the list. */
    public Hits {
      ids = List.copyOf(ids);
    }

    /** Number of pages, rounded up, at most {@code max}. */
    public long pages(int perPage, long max) {
      return Math.min(max, Math.ceilDiv(found, (long) perPage));
    }
  }
}
