package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Validators;
import app.seventv.api.data.Store;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.roles.RoleService;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;

/** Roles of the old GraphQL API (api-v3.md §11.2, §11.5, §13.6). */
final class V3RoleTypes {
  private final Store store;
  private final RoleService service;

  V3RoleTypes(Store store, RoleService service) {
    this.store = store;
    this.service = service;
  }

  void wireQueries(TypeWiring<Object> query) {
    query
        .field("roles", root -> all())
        .fetch("role", (root, call) -> store.roles().byId(call.arguments().id("id")));
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation
        .fetch("createRole", (root, call) -> create(call))
        .fetch("editRole", (root, call) -> edit(call))
        .fetch(
            "deleteRole",
            (root, call) -> {
              service.delete(call.context(), call.arguments().id("role_id"));
              return "";
            });
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("Role", Role.class)
        .field("id", Role::id)
        .field("name", Role::name)
        .field("color", role -> role.color() == null ? 0 : role.color())
        .field("allowed", role -> Long.toUnsignedString(V3RoleBits.allowed(role.permissions())))
        .field("denied", role -> Long.toUnsignedString(V3RoleBits.denied(role.permissions())))
        .field("position", Role::rank)
        .field("created_at", role -> Instant.ofEpochMilli(role.id().timeMs()))
        .field("invisible", role -> false)
        .field("members", role -> List.of());
  }

  private List<Role> all() {
    return store.roles().find(new BsonDocument()).stream()
        .sorted(Comparator.comparingInt(Role::rank).reversed().thenComparing(Role::id))
        .toList();
  }

  private Role create(Call call) {
    Call.Arguments data = call.arguments().object("data");
    String name = name(data.string("name"));
    int color = Objects.requireNonNull(data.signedOrNull("color"));
    return service.create(
        call.context(), name, color, permissions(data.string("allowed"), data.string("denied")));
  }

  /** Bits that are not given stay as they are. */
  private Role edit(Call call) {
    Call.Arguments data = call.arguments().object("data");
    String name = data.has("name") ? name(data.string("name")) : null;
    Integer color = data.signedOrNull("color");
    Integer position = data.intOrNull("position", 0, Integer.MAX_VALUE);
    Permissions permissions = null;
    if (data.has("allowed") || data.has("denied")) {
      Role role =
          ApiException.found(store.roles().byId(call.arguments().id("role_id")), "role not found");
      Permissions own = role.permissions();
      permissions =
          V3RoleBits.replace(
              own,
              data.has("allowed") ? bits(data.string("allowed")) : V3RoleBits.allowed(own),
              data.has("denied") ? bits(data.string("denied")) : V3RoleBits.denied(own));
    }
    return service.edit(
        call.context(),
        call.arguments().id("role_id"),
        new RoleService.Edit(name, color, permissions, position));
  }

  private static String name(String name) {
    if (!Validators.isName(name)) {
      throw new ArgumentException("String", "invalid name");
    }
    return name;
  }

  private static Permissions permissions(String allowed, String denied) {
    return V3RoleBits.replace(Permissions.NONE, bits(allowed), bits(denied));
  }

  private static long bits(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("invalid permission bits");
    }
  }
}
