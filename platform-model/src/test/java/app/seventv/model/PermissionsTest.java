package app.seventv.model;

import static app.seventv.model.Permission.Category.ADMIN;
import static app.seventv.model.Permission.Category.EMOTE;
import static app.seventv.model.Permission.Category.FLAGS;
import static app.seventv.model.Permission.Category.USER;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Permissions.Limit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** The rules of data-model.md §9.3. */
class PermissionsTest {

  private static final Permissions NONE = Permissions.NONE;

  private static Permissions read(String json) {
    return Permissions.read(DocumentReader.stored("roles", BsonDocument.parse(json)));
  }

  @Test
  void theStoredFormRoundTripsAndKeepsUnknownKeysAndBits() {
    String json =
        """
        {"emote": {"allow": 14, "deny": 1}, "admin": {"allow": -2147483648},
         "emote_set_limit": 10, "ratelimits": {"login": null}, "future": {"x": [1]}}\
        """;
    assertThat(read(json).toBson().toJson()).isEqualTo(BsonDocument.parse(json).toJson());
    assertThat(read("{\"emote\": {}}").toBson()).isEmpty();
  }

  @Test
  void aRoleThatAllowsAndDeniesABitDeniesIt() {
    Permissions both = read("{\"emote\": {\"allow\": 2, \"deny\": 2}}");
    assertThat(both.has(Permission.EMOTE_UPLOAD)).isFalse();
    assertThat(both.denied(Permission.EMOTE_UPLOAD)).isTrue();
    assertThat(NONE.merge(both).has(Permission.EMOTE_UPLOAD)).isFalse();
  }

  @Test
  void aHigherRoleLiftsADenial() {
    Permissions lifted = NONE.withDenied(EMOTE, 6).withAllowed(EMOTE, 2);
    assertThat(lifted.has(Permission.EMOTE_UPLOAD)).isTrue();
    assertThat(lifted.denied(Permission.EMOTE_UPLOAD)).isFalse();
    assertThat(lifted.denied(Permission.EMOTE_DELETE)).isTrue();
    assertThat(lifted.withDenied(EMOTE, 2).has(Permission.EMOTE_UPLOAD)).isFalse();
  }

  @Test
  void hasNeedsAllBitsOrAnAdminBit() {
    Permissions some = NONE.withAllowed(EMOTE, 2);
    assertThat(some.has(EMOTE, 2 | 4)).isFalse();
    assertThat(some.has(EMOTE, 0)).isTrue();
    assertThat(NONE.has(EMOTE, 0)).isTrue();
    assertThat(NONE.withAllowed(EMOTE, 1).has(EMOTE, 2 | 4)).isTrue();
    assertThat(NONE.withAllowed(EMOTE, 1).has(Permission.USER_LOGIN)).isFalse();
    assertThat(NONE.withAllowed(ADMIN, 1).has(Permission.USER_LOGIN)).isTrue();
    assertThat(NONE.withAllowed(ADMIN, 2).has(Permission.USER_LOGIN)).isTrue();
    assertThat(NONE.withAllowed(ADMIN, 4).has(Permission.USER_LOGIN)).isFalse();
  }

  @Test
  void superAdminIsNotImpliedAndFlagsAreNeverImplied() {
    Permissions admin = NONE.withAllowed(ADMIN, 1);
    assertThat(admin.has(Permission.SUPER_ADMIN)).isFalse();
    assertThat(admin.has(Permission.MANAGE_ENTITLEMENTS)).isTrue();
    assertThat(admin.has(Permission.FLAGS_HIDDEN)).isFalse();
    assertThat(NONE.withAllowed(FLAGS, 1).has(Permission.FLAGS_HIDDEN)).isTrue();
  }

  @Test
  void denialsAreLiftedByAdminBits() {
    Permissions denied = NONE.withDenied(USER, 2);
    assertThat(denied.denied(Permission.USER_LOGIN)).isTrue();
    assertThat(denied.withAllowed(USER, 1).denied(Permission.USER_LOGIN)).isFalse();
    assertThat(denied.withAllowed(ADMIN, 1).denied(Permission.USER_LOGIN)).isFalse();

    Permissions deniedAdmin = NONE.withDenied(ADMIN, 4);
    assertThat(deniedAdmin.withAllowed(ADMIN, 1).denied(Permission.BYPASS_RATE_LIMIT)).isTrue();
    assertThat(deniedAdmin.withAllowed(ADMIN, 2).denied(Permission.BYPASS_RATE_LIMIT)).isFalse();
    assertThat(NONE.withDenied(FLAGS, 1).withAllowed(ADMIN, 2).denied(Permission.FLAGS_HIDDEN))
        .isTrue();
  }

  @Test
  void supersetComparesAllowedBitsOnly() {
    Permissions role = NONE.withAllowed(EMOTE, 6).withDenied(USER, 2).withAllowed(FLAGS, 1);
    assertThat(NONE.withAllowed(EMOTE, 14).isSupersetOf(role)).isTrue();
    assertThat(NONE.withAllowed(EMOTE, 2).isSupersetOf(role)).isFalse();
    Permissions superRole = NONE.withAllowed(ADMIN, 2);
    assertThat(NONE.withAllowed(ADMIN, 1).isSupersetOf(superRole)).isFalse();
    assertThat(superRole.isSupersetOf(superRole)).isTrue();
  }

  @Test
  void limitsAreOverriddenWhenSet() {
    Permissions merged =
        NONE.withLimit(Limit.EMOTE_SET_LIMIT, 5)
            .merge(NONE.withLimit(Limit.EMOTE_SET_CAPACITY, 7))
            .merge(NONE.withLimit(Limit.EMOTE_SET_LIMIT, 2));
    assertThat(merged.limit(Limit.EMOTE_SET_LIMIT)).isEqualTo(2);
    assertThat(merged.limit(Limit.EMOTE_SET_CAPACITY)).isEqualTo(7);
    assertThat(merged.limit(Limit.PERSONAL_EMOTE_SET_CAPACITY)).isNull();
  }

  @Test
  void rateLimits() {
    RateLimits minute = new RateLimits(60, 10, null, null);
    Permissions limited = NONE.withRateLimit(RateLimitResource.LOGIN, minute);
    assertThat(limited.rateLimit(RateLimitResource.LOGIN)).isEqualTo(minute);
    assertThat(limited.rateLimit(RateLimitResource.SEARCH)).isNull();
    assertThat(limited.withAllowed(ADMIN, 4).rateLimit(RateLimitResource.LOGIN)).isNull();
    assertThat(
            limited
                .merge(read("{\"ratelimits\": {\"login\": null}}"))
                .rateLimit(RateLimitResource.LOGIN))
        .as("explicit null overrides")
        .isNull();
    assertThat(
            NONE.withRateLimit(RateLimitResource.LOGIN, new RateLimits(0, 10, null, null))
                .rateLimit(RateLimitResource.LOGIN))
        .as("no interval = unlimited")
        .isNull();
  }

  /** Names and numbers of all bits (data-model.md §9.2); readers of today know no others. */
  @Test
  void bitsAreThoseOfTheTable() {
    Map<Permission.Category, Integer> bits = new EnumMap<>(Permission.Category.class);
    for (Permission permission : Permission.values()) {
      assertThat(Integer.bitCount(permission.bit())).as(permission.name()).isEqualTo(1);
      bits.merge(
          permission.category(),
          permission.bit(),
          (a, b) -> {
            assertThat(a & b).as(permission.name()).isZero();
            return a | b;
          });
    }
    assertThat(bits.toString())
        .isEqualTo(
            "{EMOTE=127, ROLE=7, EMOTE_SET=127, BADGE=7, PAINT=7, USER=8191, TICKET=63,"
                + " EMOTE_MODERATION_REQUEST=3, ADMIN=31, FLAGS=3}");
    assertThat(Permission.USER_MANAGE_SESSIONS.bit()).isEqualTo(4096);
    assertThat(Permission.EMOTE_SET_RESIZE.bit()).isEqualTo(8);
    assertThat(Permission.FLAGS_ACCEPT_EDITOR_INVITES.bit()).isEqualTo(2);
    assertThat(Permission.MANAGE_ENTITLEMENTS.bit()).isEqualTo(16);
    assertThat(Arrays.stream(RateLimitResource.values()).map(RateLimitResource::key))
        .containsExactlyInAnyOrder(
            "emote_upload",
            "profile_picture_upload",
            "login",
            "search",
            "user_change_cosmetics",
            "user_change_editor",
            "user_change_connections",
            "emote_update",
            "emote_set_create",
            "emote_set_change",
            "egvault_subscribe",
            "egvault_redeem",
            "egvault_payment_method",
            "user_presence_write",
            "global");
  }

  @Test
  void unknownKeysAndLimitsAreMergedKeyByKey() {
    Permissions low =
        read(
            "{\"future\": 1, \"other\": {\"x\": 1}, \"ratelimits\": {\"login\":"
                + " {\"interval_seconds\": 5, \"requests\": 1}, \"search\": null}}");
    Permissions high = read("{\"future\": 2, \"ratelimits\": {\"login\": null}}");
    assertThat(low.merge(high).toBson().toJson())
        .isEqualTo(
            "{\"ratelimits\": {\"login\": null, \"search\": null}, \"future\": 2,"
                + " \"other\": {\"x\": 1}}");
  }
}
