package app.seventv.model.search;

import static app.seventv.model.search.SearchSchema.fields;
import static app.seventv.model.search.SearchSchema.sortableTexts;

import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Emotes in the search index (workers.md §7.2). */
public final class EmoteSearchDocument {

  /** The collection. */
  public static final SearchSchema SCHEMA =
      new SearchSchema(
          CollectionNames.EMOTES,
          Stream.of(
                  fields("string", "id", "owner_id"),
                  sortableTexts("default_name"),
                  fields("string[]?", "tags"),
                  fields(
                      "bool",
                      "flag_public_listed",
                      "flag_private",
                      "flag_nsfw",
                      "flag_default_zero_width",
                      "flag_approved_personal",
                      "flag_denied_personal",
                      "flag_animated"),
                  fields("float", "aspect_ratio"),
                  fields("string[]?", "attribution"),
                  fields("string?", "merged_into"),
                  fields("int64?", "merged_at"),
                  fields(
                      "int32",
                      "score_trending_day",
                      "score_trending_week",
                      "score_trending_month",
                      "score_top_daily",
                      "score_top_weekly",
                      "score_top_monthly",
                      "score_top_all_time"),
                  fields("bool", "deleted"),
                  fields("int64", "created_at", "updated_at", "search_updated_at"))
              .flatMap(List::stream)
              .toList(),
          "score_top_all_time");

  private EmoteSearchDocument() {}

  /** The document of an emote; merged emotes count as deleted. */
  public static ObjectNode of(Emote emote, Instant now) {
    Emote.Merged merged = emote.merged();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .put("id", emote.id().toString())
        .put("owner_id", emote.ownerId().toString())
        .put("default_name", emote.defaultName());
    SearchJson.putTexts(document, "tags", emote.tags());
    document
        .put("flag_public_listed", emote.hasFlags(Emote.FLAG_PUBLIC_LISTED))
        .put("flag_private", emote.hasFlags(Emote.FLAG_PRIVATE))
        .put("flag_nsfw", emote.hasFlags(Emote.FLAG_NSFW))
        .put("flag_default_zero_width", emote.hasFlags(Emote.FLAG_DEFAULT_ZERO_WIDTH))
        .put("flag_approved_personal", emote.hasFlags(Emote.FLAG_APPROVED_PERSONAL))
        .put("flag_denied_personal", emote.hasFlags(Emote.FLAG_DENIED_PERSONAL))
        .put("flag_animated", emote.hasFlags(Emote.FLAG_ANIMATED))
        .put("aspect_ratio", (float) emote.aspectRatio());
    SearchJson.putTexts(
        document,
        "attribution",
        emote.attribution().stream().map(Emote.Attribution::userId).toList());
    SearchJson.putId(document, "merged_into", merged == null ? null : merged.targetId());
    document.put("merged_at", merged == null ? null : (Long) merged.at().toEpochMilli());
    putScores(document, emote.scores());
    return document
        .put("deleted", emote.deleted() || merged != null)
        .put("created_at", emote.id().timeMs())
        .put("updated_at", emote.updatedAt().toEpochMilli())
        .put("search_updated_at", now.toEpochMilli());
  }

  private static void putScores(ObjectNode document, Emote.Scores scores) {
    document
        .put("score_trending_day", scores.trendingDay())
        .put("score_trending_week", scores.trendingWeek())
        .put("score_trending_month", scores.trendingMonth())
        .put("score_top_daily", scores.topDaily())
        .put("score_top_weekly", scores.topWeekly())
        .put("score_top_monthly", scores.topMonthly())
        .put("score_top_all_time", scores.topAllTime());
  }
}
