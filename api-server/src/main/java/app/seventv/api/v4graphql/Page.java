package app.seventv.api.v4graphql;

import app.seventv.api.graphql.GraphqlSchema;
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

  /** Wires the type of pages called {@code name}. */
  static void wire(GraphqlSchema schema, String name) {
    schema
        .<Page<?>>genericType(name)
        .field("items", Page::items)
        .field("totalCount", Page::totalCount)
        .field("pageCount", Page::pageCount);
  }
}
