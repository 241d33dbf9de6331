package app.seventv.devstack.typesense;

/** Every bound of the development search server, with its unit in the name. */
final class Limits {
  /** Largest request body; imports are sent in bodies of a few MiB. */
  static final int MAX_BODY_BYTES = 64 << 20;

  /** Requests worked on at once, which bounds the memory that bodies take together. */
  static final int MAX_CONCURRENT_REQUESTS = 64;

  /** Longest raw query string, as in Typesense; longer searches go through multi_search. */
  static final int MAX_QUERY_STRING_CHARS = 4_000;

  /** Largest {@code per_page}, as in Typesense. */
  static final int MAX_PER_PAGE_HITS = 250;

  /** Deepest hit that paging reaches: page 100 of the largest page. */
  static final int MAX_RESULT_WINDOW_HITS = 100 * MAX_PER_PAGE_HITS;

  /** Hits that text match buckets are formed over, as in Typesense. */
  static final int MAX_BUCKETED_HITS = 250;

  /** Searches in one multi_search request, as in Typesense. */
  static final int MAX_SEARCHES = 50;

  /** Sort criteria in one search, as in Typesense. */
  static final int MAX_SORT_CRITERIA = 3;

  /** Conditions in one {@code _eval}. */
  static final int MAX_EVAL_CONDITIONS = 50;

  /** Query tokens that take part in matching; the rest are ignored. */
  static final int MAX_QUERY_TOKENS = 10;

  /** Fields in {@code query_by}. */
  static final int MAX_QUERY_FIELDS = 20;

  /** Longest indexed token; longer ones are cut, in documents and queries alike. */
  static final int MAX_TOKEN_CHARS = 100;

  /** Longest string compared as a whole by {@code :=}, facets and sorting; the rest is cut. */
  static final int MAX_WHOLE_VALUE_CHARS = 4_000;

  /** Longest filter expression. */
  static final int MAX_FILTER_CHARS = 1 << 20;

  /** Conditions in one filter expression, as in Typesense. */
  static final int MAX_FILTER_CONDITIONS = 100;

  /** Nested parentheses in one filter expression. */
  static final int MAX_FILTER_DEPTH = 32;

  /** Most values one facet reports. */
  static final int MAX_FACET_VALUES = 250;

  /** Fields in one {@code facet_by}. */
  static final int MAX_FACET_FIELDS = 20;

  /** Longest collection or alias name in UTF-8 bytes: percent-encoded it must fit a file name. */
  static final int MAX_NAME_BYTES = 80;

  /** Collections one server holds. */
  static final int MAX_COLLECTIONS = 500;

  /** Fields in one schema, those found by pattern included. */
  static final int MAX_SCHEMA_FIELDS = 1_000;

  /** Time between two commits of changed collections to disk. */
  static final int COMMIT_INTERVAL_MS = 500;

  /** Memory Lucene buffers per collection before it writes a segment. */
  static final double INDEX_BUFFER_MB = 8;

  private Limits() {}
}
