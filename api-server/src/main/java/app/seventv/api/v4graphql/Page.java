package app.seventv.api.v4graphql;

import java.util.List;

/**
 * One page of a search result.
 *
 * @param items what was loaded, in rank order
 * @param totalCount matches in all
 * @param pageCount pages that can be asked for
 */
record Page<T>(List<T> items, long totalCount, long pageCount) {
  Page {
    items = List.copyOf(items);
  }
}
