package app.seventv.model.search;

import static app.seventv.model.search.SearchSchema.fields;

import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Role;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Roles in the search index (workers.md §7.2). */
public final class RoleSearchDocument {

  /** The collection. */
  public static final SearchSchema SCHEMA =
      new SearchSchema(
          CollectionNames.ROLES,
          Stream.of(
                  fields("string", "id", "name", "created_by"),
                  fields("string?", "description"),
                  fields("string[]?", "tags"),
                  fields("bool", "hoist"),
                  fields("int32?", "color"),
                  fields("string[]?", "entitlement_grants"),
                  fields("int32", "rank"),
                  fields("int64", "created_at", "updated_at", "search_updated_at"))
              .flatMap(List::stream)
              .toList(),
          null);

  private RoleSearchDocument() {}

  /**
   * The document of a role.
   *
   * @param grants targets of the edges that leave the role
   */
  public static ObjectNode of(Role role, Collection<EntitlementNode> grants, Instant now) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .put("id", role.id().toString())
        .put("name", role.name())
        .put("created_by", role.createdBy().toString())
        .put("description", role.description());
    SearchJson.putTexts(document, "tags", role.tags());
    document.put("hoist", role.hoist()).put("color", role.color());
    SearchJson.putTexts(document, "entitlement_grants", grants);
    return document
        .put("rank", role.rank())
        .put("created_at", role.id().timeMs())
        .put("updated_at", role.updatedAt().toEpochMilli())
        .put("search_updated_at", now.toEpochMilli());
  }
}
