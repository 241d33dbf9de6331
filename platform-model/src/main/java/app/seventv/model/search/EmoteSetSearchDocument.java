package app.seventv.model.search;

import static app.seventv.model.search.SearchSchema.fields;

import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.OriginConfig;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Emote sets in the search index (workers.md §7.2). */
public final class EmoteSetSearchDocument {

  /** The collection. */
  public static final SearchSchema SCHEMA =
      new SearchSchema(
          CollectionNames.EMOTE_SETS,
          Stream.of(
                  fields("string", "id", "name"),
                  fields("string?", "description"),
                  fields("string[]?", "tags", "emotes"),
                  fields("int32?", "capacity"),
                  fields("string?", "owner_id"),
                  fields("string[]?", "origins"),
                  fields("int32", "kind"),
                  fields("int64", "created_at", "updated_at", "search_updated_at"))
              .flatMap(List::stream)
              .toList(),
          "created_at");

  private EmoteSetSearchDocument() {}

  /** The document of an emote set. */
  public static ObjectNode of(EmoteSet set, Instant now) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .put("id", set.id().toString())
        .put("name", set.name())
        .put("description", set.description());
    SearchJson.putTexts(document, "tags", set.tags());
    SearchJson.putTexts(document, "emotes", set.emotes().stream().map(EmoteSet.Entry::id).toList());
    document.put("capacity", set.capacity());
    SearchJson.putId(document, "owner_id", set.ownerId());
    OriginConfig origins = set.originConfig();
    SearchJson.putTexts(
        document,
        "origins",
        origins == null
            ? List.of()
            : origins.origins().stream().map(OriginConfig.Origin::id).toList());
    return document
        .put("kind", set.kind().code())
        .put("created_at", set.id().timeMs())
        .put("updated_at", set.updatedAt().toEpochMilli())
        .put("search_updated_at", now.toEpochMilli());
  }
}
