package app.seventv.api.v3graphql;

import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.users.BanService;
import app.seventv.model.Permission;
import app.seventv.model.Permission.Category;
import app.seventv.model.Permissions;
import app.seventv.model.UserBan;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bans of the old GraphQL API (api-v3.md §11.5, §13.6). */
final class V3BanTypes {
  private static final int MAX_REASON_BYTES = 500;
  private static final long NO_PERMISSIONS = 1;
  private static final long NO_AUTH = 2;
  private static final long MEMORY_HOLE = 8;
  private static final long BLOCKED_IP = 16;
  private static final int ALL_EMOTE = 127;
  private static final int ALL_EMOTE_SET = 127;

  /** Every bit but the one that lets people sign in. */
  private static final int ALL_USER_BUT_LOGIN = 8191 & ~Permission.USER_LOGIN.bit();

  private final BanService service;

  V3BanTypes(BanService service) {
    this.service = service;
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation
        .fetch("createBan", (root, call) -> create(call))
        .fetch("editBan", (root, call) -> edit(call));
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("Ban", UserBan.class)
        .field("id", UserBan::id)
        .field("reason", UserBan::reason)
        .field("effects", ban -> effects(ban.permissions()))
        .field("expire_at", ban -> ban.expiresAt() == null ? Instant.EPOCH : ban.expiresAt())
        .field("created_at", ban -> Instant.ofEpochMilli(ban.id().timeMs()))
        .field("victim_id", UserBan::userId)
        .fetch("victim", (ban, call) -> V3UserTypes.load(ban.userId(), call))
        .field("actor_id", UserBan::createdById)
        .fetch("actor", (ban, call) -> V3UserTypes.load(ban.createdById(), call));
  }

  private UserBan create(Call call) {
    Call.Arguments arguments = call.arguments();
    String reason = Objects.requireNonNull(arguments.stringOrNull("reason", 1, MAX_REASON_BYTES));
    return service.ban(
        call.context(),
        arguments.id("victim_id"),
        reason,
        permissions(Objects.requireNonNull(arguments.longOrNull("effects"))),
        arguments.timeOrNull("expire_at"));
  }

  private UserBan edit(Call call) {
    Call.Arguments arguments = call.arguments();
    @Nullable String reason = arguments.stringOrNull("reason", 1, MAX_REASON_BYTES);
    Long effects = arguments.longOrNull("effects");
    return service.edit(
        call.context(),
        arguments.id("ban_id"),
        new BanService.Edit(
            reason,
            effects == null ? null : permissions(effects),
            arguments.timeOrNull("expire_at")));
  }

  /** The permissions that effects stand for (data-model.md §7.22). */
  static Permissions permissions(long effects) {
    Permissions permissions = Permissions.NONE;
    if ((effects & NO_PERMISSIONS) != 0) {
      permissions =
          permissions
              .withDenied(Category.EMOTE, ALL_EMOTE)
              .withDenied(Category.EMOTE_SET, ALL_EMOTE_SET)
              .withDenied(Category.USER, ALL_USER_BUT_LOGIN);
    }
    if ((effects & (NO_AUTH | BLOCKED_IP)) != 0) {
      permissions = permissions.withDenied(Category.USER, Permission.USER_LOGIN.bit());
    }
    if ((effects & MEMORY_HOLE) != 0) {
      permissions = permissions.withAllowed(Category.FLAGS, Permission.FLAGS_HIDDEN.bit());
    }
    return permissions;
  }

  /** The effects that permissions stand for; a blocked address reads as a blocked login. */
  static long effects(Permissions permissions) {
    boolean nothing =
        permissions.denied(Category.EMOTE, ALL_EMOTE)
            && permissions.denied(Category.EMOTE_SET, ALL_EMOTE_SET)
            && permissions.denied(Category.USER, ALL_USER_BUT_LOGIN);
    return (nothing ? NO_PERMISSIONS : 0)
        | (permissions.denied(Permission.USER_LOGIN) ? NO_AUTH : 0)
        | (permissions.has(Permission.FLAGS_HIDDEN) ? MEMORY_HOLE : 0);
  }
}
