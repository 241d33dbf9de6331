package app.seventv.devstack.seed;

import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import app.seventv.model.Role;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The roles of a new installation (data-model.md §15, rows 4, 6 and 8). */
final class SeedRoles {
  /** Given to everybody, anonymous visitors included. */
  static final Id DEFAULT = Id.parse("01HK153X000000000000000R00");

  /** Given to the first operator. */
  static final Id ADMINISTRATOR = Id.parse("01HK153X000000000000000R10");

  /** Blocks the login (data-model.md §2.6). */
  static final Id NO_PERMISSIONS = Id.parse("01GHVA0W78000DYB7VMB9MMHQV");

  private static final int ADMINISTRATOR_RANK = 1_000;
  private static final int NO_PERMISSIONS_RANK = 1;
  private static final int EMOTE_SETS_PER_USER = 10;
  private static final int EMOTES_PER_SET = 1_000;
  private static final int OPEN_MODERATION_REQUESTS = 50;

  private static final List<Permission> DEFAULT_PERMISSIONS =
      List.of(
          Permission.EMOTE_UPLOAD,
          Permission.EMOTE_DELETE,
          Permission.EMOTE_EDIT,
          Permission.EMOTE_SET_MANAGE,
          Permission.USER_LOGIN,
          Permission.USER_INVITE_EDITORS,
          Permission.USER_BILLING,
          Permission.TICKET_CREATE,
          Permission.TICKET_MESSAGE);

  /** Requests a minute where the common limit would be too tight or too loose. */
  private static final Map<RateLimitResource, Long> REQUESTS_PER_MINUTE =
      Map.of(
          RateLimitResource.EMOTE_UPLOAD, 60L,
          RateLimitResource.PROFILE_PICTURE_UPLOAD, 10L,
          RateLimitResource.LOGIN, 60L,
          RateLimitResource.EGVAULT_REDEEM, 10L,
          RateLimitResource.SEARCH, 600L,
          RateLimitResource.GLOBAL, 6_000L);

  private static final long COMMON_REQUESTS_PER_MINUTE = 120;
  private static final long WINDOW_SECONDS = 60;

  private SeedRoles() {}

  static List<Role> all(Instant now) {
    return List.of(
        role(DEFAULT, "Default", defaultPermissions(), 0, now),
        role(
            NO_PERMISSIONS,
            "No Permissions",
            Permissions.NONE.withDenied(
                Permission.USER_LOGIN.category(), Permission.USER_LOGIN.bit()),
            NO_PERMISSIONS_RANK,
            now),
        role(
            ADMINISTRATOR,
            "Administrator",
            allow(Permissions.NONE, Permission.SUPER_ADMIN),
            ADMINISTRATOR_RANK,
            now));
  }

  private static Role role(Id id, String name, Permissions permissions, int rank, Instant now) {
    return new Role(
        id,
        name,
        null,
        List.of(),
        SeedUsers.SYSTEM,
        permissions,
        false,
        null,
        rank,
        null,
        now,
        null);
  }

  private static Permissions defaultPermissions() {
    Permissions permissions = Permissions.NONE;
    for (Permission permission : DEFAULT_PERMISSIONS) {
      permissions = allow(permissions, permission);
    }
    permissions =
        permissions
            .withLimit(Permissions.Limit.EMOTE_SET_LIMIT, EMOTE_SETS_PER_USER)
            .withLimit(Permissions.Limit.EMOTE_SET_CAPACITY, EMOTES_PER_SET)
            .withLimit(Permissions.Limit.EMOTE_MODERATION_REQUEST_LIMIT, OPEN_MODERATION_REQUESTS);
    // A resource without an entry would be unlimited.
    for (RateLimitResource resource : RateLimitResource.values()) {
      long requests = REQUESTS_PER_MINUTE.getOrDefault(resource, COMMON_REQUESTS_PER_MINUTE);
      permissions =
          permissions.withRateLimit(resource, new RateLimits(WINDOW_SECONDS, requests, null, null));
    }
    return permissions;
  }

  private static Permissions allow(Permissions permissions, Permission permission) {
    return permissions.withAllowed(permission.category(), permission.bit());
  }
}
