package app.seventv.api.v4graphql;

import static java.util.Map.entry;

import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.model.EditorPermissions;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.RateLimits;
import app.seventv.model.UserEditor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Permission groups of users and editors: each boolean is the answer of {@code has}. */
final class PermissionTypes {
  private static final List<String> GROUPS =
      List.of(
          "admin",
          "badge",
          "emote",
          "emoteModerationRequest",
          "emoteSet",
          "flags",
          "paint",
          "role",
          "ticket",
          "user");

  private static final Map<String, Map<String, Permission>> BITS =
      Map.ofEntries(
          entry(
              "AdminPermission",
              Map.of(
                  "admin", Permission.ADMIN,
                  "superAdmin", Permission.SUPER_ADMIN,
                  "bypassRateLimit", Permission.BYPASS_RATE_LIMIT,
                  "manageRedeemCodes", Permission.MANAGE_REDEEM_CODES,
                  "manageEntitlements", Permission.MANAGE_ENTITLEMENTS)),
          entry(
              "BadgePermission",
              Map.of(
                  "admin", Permission.BADGE_ADMIN,
                  "manage", Permission.BADGE_MANAGE,
                  "assign", Permission.BADGE_ASSIGN)),
          entry(
              "PaintPermission",
              Map.of(
                  "admin", Permission.PAINT_ADMIN,
                  "manage", Permission.PAINT_MANAGE,
                  "assign", Permission.PAINT_ASSIGN)),
          entry(
              "RolePermission",
              Map.of(
                  "admin", Permission.ROLE_ADMIN,
                  "manage", Permission.ROLE_MANAGE,
                  "assign", Permission.ROLE_ASSIGN)),
          entry(
              "EmoteModerationRequestPermission",
              Map.of(
                  "admin", Permission.EMOTE_MODERATION_REQUEST_ADMIN,
                  "manage", Permission.EMOTE_MODERATION_REQUEST_MANAGE)),
          entry("FlagPermission", Map.of("hidden", Permission.FLAGS_HIDDEN)),
          entry(
              "EmotePermission",
              Map.of(
                  "admin", Permission.EMOTE_ADMIN,
                  "upload", Permission.EMOTE_UPLOAD,
                  "delete", Permission.EMOTE_DELETE,
                  "edit", Permission.EMOTE_EDIT,
                  "manageAny", Permission.EMOTE_MANAGE_ANY,
                  "merge", Permission.EMOTE_MERGE,
                  "viewUnlisted", Permission.EMOTE_VIEW_UNLISTED)),
          entry(
              "EmoteSetPermission",
              Map.of(
                  "admin", Permission.EMOTE_SET_ADMIN,
                  "manage", Permission.EMOTE_SET_MANAGE,
                  "manageAny", Permission.EMOTE_SET_MANAGE_ANY,
                  "resize", Permission.EMOTE_SET_RESIZE,
                  "manageGlobal", Permission.EMOTE_SET_MANAGE_GLOBAL,
                  "manageSpecial", Permission.EMOTE_SET_MANAGE_SPECIAL,
                  "assign", Permission.EMOTE_SET_ASSIGN)),
          entry(
              "TicketPermission",
              Map.of(
                  "admin", Permission.TICKET_ADMIN,
                  "create", Permission.TICKET_CREATE,
                  "manageAbuse", Permission.TICKET_MANAGE_ABUSE,
                  "manageBilling", Permission.TICKET_MANAGE_BILLING,
                  "manageGeneric", Permission.TICKET_MANAGE_GENERIC,
                  "message", Permission.TICKET_MESSAGE)),
          entry(
              "UserPermission",
              Map.ofEntries(
                  entry("admin", Permission.USER_ADMIN),
                  entry("login", Permission.USER_LOGIN),
                  entry("inviteEditors", Permission.USER_INVITE_EDITORS),
                  entry("useCustomProfilePicture", Permission.USER_USE_CUSTOM_PROFILE_PICTURE),
                  entry("usePersonalEmoteSet", Permission.USER_USE_PERSONAL_EMOTE_SET),
                  entry("useBadge", Permission.USER_USE_BADGE),
                  entry("usePaint", Permission.USER_USE_PAINT),
                  entry("manageAny", Permission.USER_MANAGE_ANY),
                  entry("billing", Permission.USER_BILLING),
                  entry("manageBilling", Permission.USER_MANAGE_BILLING),
                  entry("moderate", Permission.USER_MODERATE),
                  entry("viewHidden", Permission.USER_VIEW_HIDDEN),
                  entry("manageSessions", Permission.USER_MANAGE_SESSIONS))));

  private static final Map<String, Map<String, Bit>> EDITOR_BITS =
      Map.of(
          "EditorEmotePermission",
              Map.of(
                  "admin", Bit.EMOTE_ADMIN,
                  "create", Bit.EMOTE_CREATE,
                  "manage", Bit.EMOTE_MANAGE,
                  "transfer", Bit.EMOTE_TRANSFER),
          "EditorEmoteSetPermission",
              Map.of(
                  "admin", Bit.EMOTE_SET_ADMIN,
                  "create", Bit.EMOTE_SET_CREATE,
                  "manage", Bit.EMOTE_SET_MANAGE),
          "EditorUserPermission",
              Map.of(
                  "admin", Bit.USER_ADMIN,
                  "manageBilling", Bit.USER_BILLING,
                  "manageEditors", Bit.USER_EDITORS,
                  "managePersonalEmoteSet", Bit.USER_PERSONAL_EMOTE_SET,
                  "manageProfile", Bit.USER_PROFILE));

  private PermissionTypes() {}

  static void wire(GraphqlSchema schema) {
    TypeWiring<Permissions> all = schema.type("Permissions", Permissions.class);
    GROUPS.forEach(group -> all.field(group, own -> own));
    all.field("emoteModerationRequestLimit", own -> own.limit(Limit.EMOTE_MODERATION_REQUEST_LIMIT))
        .field(
            "emoteModerationRequestPriority",
            own -> own.limit(Limit.EMOTE_MODERATION_REQUEST_PRIORITY))
        .field("emoteSetCapacity", own -> own.limit(Limit.EMOTE_SET_CAPACITY))
        .field("emoteSetLimit", own -> own.limit(Limit.EMOTE_SET_LIMIT))
        .field("personalEmoteSetCapacity", own -> own.limit(Limit.PERSONAL_EMOTE_SET_CAPACITY))
        .field("ratelimits", PermissionTypes::rateLimits);
    BITS.forEach((name, bits) -> {
      TypeWiring<Permissions> type = schema.type(name, Permissions.class);
      bits.forEach((field, bit) -> type.field(field, own -> own.has(bit)));
    });
    wireEditors(schema);
  }

  private static void wireEditors(GraphqlSchema schema) {
    schema
        .type("UserEditor", UserEditor.class)
        .field("userId", UserEditor::userId)
        .field("editorId", UserEditor::editorId)
        .field("state", UserEditor::state)
        .field("notes", UserEditor::notes)
        .field("permissions", UserEditor::permissions)
        .field("addedById", UserEditor::addedById)
        .field("addedAt", UserEditor::addedAt)
        .field("updatedAt", UserEditor::updatedAt)
        .field("searchUpdatedAt", UserEditor::searchUpdatedAt)
        .fetch("user", (row, call) -> call.load(Loaders.USER, row.userId()))
        .fetch("editor", (row, call) -> call.load(Loaders.USER, row.editorId()));
    schema
        .type("UserEditorPermissions", EditorPermissions.class)
        .field("superAdmin", own -> own.has(Bit.SUPER_ADMIN))
        .field("emote", own -> own)
        .field("emoteSet", own -> own)
        .field("user", own -> own);
    EDITOR_BITS.forEach((name, bits) -> {
      TypeWiring<EditorPermissions> type = schema.type(name, EditorPermissions.class);
      bits.forEach((field, bit) -> type.field(field, own -> own.has(bit)));
    });
  }

  private static Map<String, @Nullable Object> rateLimits(Permissions permissions) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    permissions.rateLimits().forEach((resource, limits) -> out.put(resource, toJson(limits)));
    return out;
  }

  private static @Nullable Map<String, @Nullable Long> toJson(@Nullable RateLimits limits) {
    if (limits == null) {
      return null;
    }
    Map<String, @Nullable Long> out = new LinkedHashMap<>();
    out.put("interval_seconds", limits.intervalSeconds());
    out.put("requests", limits.requests());
    out.put("overuse_threshold", limits.overuseThreshold());
    out.put("overuse_punishment", limits.overusePunishmentSeconds());
    return out;
  }
}
