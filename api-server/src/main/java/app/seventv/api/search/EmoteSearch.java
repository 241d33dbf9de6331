package app.seventv.api.search;

import app.seventv.api.common.Caller;
import app.seventv.api.search.SearchIndex.Query;
import app.seventv.model.CollectionNames;
import app.seventv.model.Permission;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what a caller asks for into the engine's expressions for emotes (api-v4.md §13.2). */
public final class EmoteSearch {
  private EmoteSearch() {}

  /** Keys that results can be ordered by. */
  public enum SortBy {
    NAME_ALPHABETICAL("default_name"),
    TOP_ALL_TIME("score_top_all_time"),
    TOP_DAILY("score_top_daily"),
    TOP_MONTHLY("score_top_monthly"),
    TOP_WEEKLY("score_top_weekly"),
    TRENDING_DAILY("score_trending_day"),
    TRENDING_MONTHLY("score_trending_month"),
    TRENDING_WEEKLY("score_trending_week"),
    UPLOAD_DATE("created_at");

    private final String field;

    SortBy(String field) {
      this.field = field;
    }

    boolean isScore() {
      return field.startsWith("score_");
    }
  }

  /**
   * Conditions of a search.
   *
   * @param text query text or null
   * @param tags tags, already validated
   * @param allTags whether every tag must match, else any
   * @param animated and the other filters: null means "either"
   * @param exactMatch whether the name must contain the text in full
   */
  public record Conditions(
      @Nullable String text,
      List<String> tags,
      boolean allTags,
      @Nullable Boolean animated,
      @Nullable Boolean zeroWidth,
      @Nullable Boolean nsfw,
      @Nullable Boolean approvedPersonal,
      boolean exactMatch) {}

  /** The search with a sort key, as {@code emotes.search} runs it. */
  public static Query query(
      Conditions conditions, SortBy sortBy, boolean ascending, int page, int perPage, Caller who) {
    return query(conditions, sortBy, ascending, sortBy.isScore(), page, perPage, who);
  }

  private static Query query(
      Conditions conditions,
      SortBy sortBy,
      boolean ascending,
      boolean scored,
      int page,
      int perPage,
      Caller who) {
    List<String> filters = visibility(who);
    if (!conditions.tags().isEmpty()) {
      List<String> tags = conditions.tags().stream().map(tag -> "tags:=" + quote(tag)).toList();
      filters.add("(" + String.join(conditions.allTags() ? " && " : " || ", tags) + ")");
    }
    flag(filters, "flag_animated", conditions.animated());
    flag(filters, "flag_default_zero_width", conditions.zeroWidth());
    flag(filters, "flag_nsfw", conditions.nsfw());
    flag(filters, "flag_approved_personal", conditions.approvedPersonal());
    String text = conditions.text();
    String exact = conditions.exactMatch() && text != null ? quotable(text) : "";
    // The engine knows only these, and refuses a condition without any: "&&", or an emoji.
    if (exact.codePoints().anyMatch(Character::isLetterOrDigit)) {
      filters.add("default_name: " + quote(exact));
    }
    if (scored) {
      filters.add(sortBy.field + ":>0");
    }
    String sort = "_text_match(buckets: 10):desc," + sortBy.field + (ascending ? ":asc" : ":desc");
    return query(conditions.text(), filters, sort, page, perPage);
  }

  /**
   * The search of the old API: tags count only on request, and without a filter object only the
   * text match orders the results (api-v3.md §11.3).
   */
  public static Query legacy(
      Conditions conditions,
      SortBy sortBy,
      boolean ascending,
      boolean withTags,
      boolean sorted,
      int page,
      int perPage,
      Caller who) {
    boolean trending = sortBy.name().startsWith("TRENDING");
    Query query = query(conditions, sortBy, ascending, sorted && trending, page, perPage, who);
    return new Query(
        query.collection(),
        query.text(),
        withTags ? query.queryBy() : "default_name",
        withTags ? query.weights() : "4",
        query.filter(),
        sorted ? query.sort() : "_text_match(buckets: 10):desc",
        page,
        perPage,
        false);
  }

  /** The search without conditions, as {@code search.all} runs it. */
  public static Query everything(@Nullable String text, int page, int perPage, Caller caller) {
    return query(
        text,
        visibility(caller),
        "_text_match(buckets: 10):desc,score_top_all_time:desc",
        page,
        perPage);
  }

  private static Query query(
      @Nullable String text, List<String> filters, String sort, int page, int perPage) {
    return new Query(
        CollectionNames.EMOTES,
        text == null || text.isEmpty() ? "*" : text,
        "default_name,tags",
        "4,1",
        String.join(" && ", filters),
        sort,
        page,
        perPage,
        false);
  }

  /** What the caller may find at all. */
  private static List<String> visibility(Caller caller) {
    List<String> filters = new ArrayList<>();
    filters.add("deleted: false");
    if (!caller.has(Permission.EMOTE_VIEW_UNLISTED)) {
      filters.add("flag_public_listed: true");
      filters.add("flag_private: false");
    }
    return filters;
  }

  private static void flag(List<String> filters, String field, @Nullable Boolean value) {
    if (value != null) {
      filters.add(field + ": " + value);
    }
  }

  /** The text without what could end a quotation: backticks, and a backslash before its end. */
  private static String quotable(String text) {
    String plain = text.replace("`", "");
    int end = plain.length();
    while (end > 0 && plain.charAt(end - 1) == '\\') {
      end--;
    }
    return plain.substring(0, end);
  }

  /** Backticks keep the engine from reading operators in the text (P4). */
  private static String quote(String text) {
    return "`" + quotable(text) + "`";
  }
}
