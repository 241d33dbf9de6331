package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Role;
import app.seventv.model.UserBan;
import com.mongodb.client.model.Filters;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Roles, bans, reports and the moderation queue of the old GraphQL API (api-v3.md §11). */
class V3AdminOpsTest extends SharedWorld {
  private static final String CREATE_ROLE =
      "mutation($d: CreateRoleInput!) { createRole(data: $d) { id name allowed denied position"
          + " color invisible members { id } } }";
  private static final String EDIT_ROLE =
      "mutation($r: ObjectID!, $d: EditRoleInput!) { editRole(role_id: $r, data: $d) { name"
          + " allowed denied position } }";
  private static final String DELETE_ROLE = "mutation($r: ObjectID!) { deleteRole(role_id: $r) }";
  private static final String BAN =
      "mutation($v: ObjectID!, $r: String!, $e: BanEffect!, $x: DateTime) { createBan(victim_id:"
          + " $v, reason: $r, effects: $e, expire_at: $x, anonymous: true) { id effects expire_at"
          + " victim_id actor { username } } }";
  private static final String EDIT_BAN =
      "mutation($b: ObjectID!, $r: String, $e: BanEffect, $x: DateTime) { editBan(ban_id: $b,"
          + " reason: $r, effects: $e, expire_at: $x) { reason effects expire_at } }";
  private static final String REPORT =
      "mutation($d: CreateReportInput!) { createReport(data: $d) { id subject body status"
          + " priority notes target_id assignees { id } } }";
  private static final String EDIT_REPORT =
      "mutation($r: ObjectID!, $d: EditReportInput!) { editReport(report_id: $r, data: $d) { status"
          + " priority notes assignees { username } } }";
  private static final String READ =
      "mutation($m: [ObjectID!]!, $r: Boolean!, $a: Boolean!) { readMessages(message_ids: $m, read:"
          + " $r, approved: $a) }";

  @BeforeEach
  void quiet() throws Exception {
    world.collection(CollectionNames.USER_BANS).deleteMany(Filters.empty());
    world.forgetEvents();
  }

  private static Map<String, Object> role(String name, long allowed, long denied) {
    return Map.of(
        "name",
        name,
        "color",
        -16711681,
        "allowed",
        Long.toUnsignedString(allowed),
        "denied",
        Long.toUnsignedString(denied));
  }

  @Test
  @Covers(value = "Mutation.createRole", outcomes = SUCCESS)
  void rolesKeepTheirOldBits() throws Exception {
    long allowed = 1L | 2 | 4 | 8 | 8192 | (1L << 32) | (1L << 41) | (1L << 56) | (1L << 23);
    JsonNode created =
        world
            .ok(world.admin, CREATE_ROLE, "d", role("Helper", allowed, 1L << 33))
            .at("/createRole");
    assertThat(created.path("allowed").asString())
        .isEqualTo(Long.toUnsignedString(allowed & ~(1L << 23)));
    assertThat(created.path("denied").asString()).isEqualTo(Long.toUnsignedString(1L << 33));
    assertThat(created.path("position").asInt()).isEqualTo(2);
    assertThat(created.path("color").asInt()).isEqualTo(-16711681);
    assertThat(world.nextEvents()).containsExactly("role.create");
    JsonNode all = world.ok(null, "{ roles { id position } }").path("roles");
    assertThat(all.get(0).path("position").asInt()).isEqualTo(1000);
  }

  @Test
  @Covers(
      value = "Mutation.createRole",
      outcomes = {PERMISSION, BAD_INPUT})
  void rolesAboveTheOwnLevelAreNotMade() throws Exception {
    world.refused("403 LACKING_PRIVILEGES", world.streamer, CREATE_ROLE, "d", role("X", 1, 0));
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.ROLE_MANAGE)) {
      world.refused(
          "403 LACKING_PRIVILEGES", world.streamer, CREATE_ROLE, "d", role("X", 1L << 62, 0));
      world.ok(world.streamer, CREATE_ROLE, "d", role("Small", 1, 0));
    }
    world.invalid(world.admin, CREATE_ROLE, "d", role("a\tb", 1, 0));
    Map<String, Object> noNumber = Map.of("name", "X", "color", 1, "allowed", "-1", "denied", "0");
    world.refused("400 BAD_REQUEST", world.admin, CREATE_ROLE, "d", noNumber);
  }

  @Test
  @Covers(
      value = "Mutation.editRole",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void rolesAreEdited() throws Exception {
    Role role = world.role(Permission.EMOTE_UPLOAD, Permission.USER_VIEW_HIDDEN);
    Role other = world.role();
    JsonNode after =
        world
            .ok(
                world.admin,
                EDIT_ROLE,
                "r",
                role.id(),
                "d",
                Map.of("name", "Renamed", "allowed", "8192", "position", role.rank() + 500))
            .path("editRole");
    assertThat(after.path("name").asString()).isEqualTo("Renamed");
    assertThat(after.path("allowed").asString()).isEqualTo("8192");
    assertThat(world.nextEvents())
        .containsExactly("role.change_name", "role.change_permissions", "role.change_rank");
    Role stored = Role.fromBson(world.require(CollectionNames.ROLES, role.id()));
    assertThat(stored.permissions().has(Permission.USER_VIEW_HIDDEN)).isTrue(); // no old bit
    Map<String, Object> taken = Map.of("position", other.rank());
    world.refused("409 BAD_REQUEST", world.admin, EDIT_ROLE, "r", role.id(), "d", taken);
    world.refused("403 LACKING_PRIVILEGES", world.viewer, EDIT_ROLE, "r", role.id(), "d", taken);
    world.refused("404 LOAD_ERROR", world.admin, EDIT_ROLE, "r", world.newId(), "d", taken);
    Map<String, Object> badName = Map.of("name", "");
    world.invalid(world.admin, EDIT_ROLE, "r", role.id(), "d", badName);
  }

  @Test
  @Covers(
      value = "Mutation.deleteRole",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void deletedRolesAreHeldByNobody() throws Exception {
    Role role = world.role(Permission.EMOTE_VIEW_UNLISTED);
    world.entitle(DevUser.VIEWER, EntitlementNode.role(role.id()));
    world.refused("403 LACKING_PRIVILEGES", world.viewer, DELETE_ROLE, "r", role.id());
    world.invalid(world.admin, DELETE_ROLE, "r", "x");
    assertThat(world.ok(world.admin, DELETE_ROLE, "r", role.id()).path("deleteRole").asString())
        .isEmpty();
    assertThat(
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .countDocuments(Filters.eq("_id.to", EntitlementNode.role(role.id()).toBson())))
        .isZero();
    assertThat(world.nextEvents()).containsExactly("role.delete");
    world.refused("404 LOAD_ERROR", world.admin, DELETE_ROLE, "r", role.id());
  }

  @Test
  @Covers(value = "Mutation.createBan", outcomes = SUCCESS)
  void aBanCountsAtOnceOnRunningSessions() throws Exception {
    Id editor = world.idOf(DevUser.EDITOR);
    JsonNode ban =
        world.ok(world.admin, BAN, "v", editor, "r", "spam", "e", 1 | 2 | 8).path("createBan");
    assertThat(ban.path("effects").asInt()).isEqualTo(1 | 2 | 8);
    assertThat(ban.path("expire_at").asString()).isEqualTo("1970-01-01T00:00:00+00:00");
    assertThat(world.nextEvents()).containsExactly("user_ban.ban");
    assertThat(
            world
                .api
                .send(
                    HttpRequest.newBuilder(world.api.uri("/v3/emote-sets/global"))
                        .header("authorization", "Bearer " + world.editor))
                .statusCode())
        .isEqualTo(401);
    JsonNode hidden = world.ok(null, "query($u: ObjectID!) { user(id: $u) { id } }", "u", editor);
    assertThat(hidden.at("/user/id").asString()).isEqualTo(Id.NIL.toString());
    String past = "2020-01-01T02:00:00+02:00";
    JsonNode ended =
        world.ok(world.admin, EDIT_BAN, "b", ban.path("id").asString(), "x", past).path("editBan");
    assertThat(ended.path("expire_at").asString()).isEqualTo("2020-01-01T00:00:00+00:00");
    assertThat(world.ok(world.editor, "{ actor { id } }").at("/actor/id").asString())
        .isEqualTo(editor.toString());
  }

  @Test
  @Covers(
      value = "Mutation.createBan",
      outcomes = {PERMISSION, BAD_INPUT})
  void bansGoDownwards() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    Id admin = world.idOf(DevUser.ADMIN);
    world.refused("403 LACKING_PRIVILEGES", world.streamer, BAN, "v", viewer, "r", "x", "e", 1);
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.USER_MODERATE)) {
      world.refused("403 LACKING_PRIVILEGES", world.streamer, BAN, "v", admin, "r", "x", "e", 1);
      world.ok(world.streamer, BAN, "v", viewer, "r", "x", "e", 4);
    }
    world.refused("400 BAD_REQUEST", world.admin, BAN, "v", admin, "r", "x", "e", 1);
    world.refused("404 LOAD_ERROR", world.admin, BAN, "v", world.newId(), "r", "x", "e", 1);
    world.invalid(world.admin, BAN, "v", viewer, "r", "", "e", 1);
    world.invalid(world.admin, BAN, "v", viewer, "r", "x", "e", 1, "x", "tomorrow");
  }

  @Test
  @Covers(
      value = "Mutation.editBan",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void bansAreEditedByThoseWhoMayBan() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    String id =
        world.ok(world.admin, BAN, "v", viewer, "r", "x", "e", 8).at("/createBan/id").asString();
    world.nextBatch();
    JsonNode after = world.ok(world.admin, EDIT_BAN, "b", id, "r", "worse", "e", 2).path("editBan");
    assertThat(after.path("reason").asString()).isEqualTo("worse");
    assertThat(after.path("effects").asInt()).isEqualTo(2);
    assertThat(world.nextEvents())
        .containsExactly("user_ban.change_reason", "user_ban.change_user_ban_permissions");
    world.refused("403 LACKING_PRIVILEGES", world.streamer, EDIT_BAN, "b", id, "r", "x");
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.USER_MODERATE);
        World.Grant _ = world.grant(DevUser.VIEWER, Permission.EMOTE_SET_RESIZE)) {
      world.refused("403 LACKING_PRIVILEGES", world.streamer, EDIT_BAN, "b", id, "r", "x");
    }
    world.refused("404 LOAD_ERROR", world.admin, EDIT_BAN, "b", world.newId(), "r", "x");
    world.invalid(world.admin, EDIT_BAN, "b", id, "r", "x".repeat(501));
    UserBan stored = UserBan.fromBson(world.require(CollectionNames.USER_BANS, Id.parse(id)));
    assertThat(stored.searchUpdatedAt()).isNull();
  }

  private Map<String, Object> report(Emote emote) {
    return Map.of(
        "target_kind", 2, "target_id", emote.id().toString(), "subject", "Bad", "body", "Really");
  }

  @Test
  @Covers(
      value = "Mutation.createReport",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  @Covers(
      value = "Mutation.editReport",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void reportsAreWrittenAndHandled() throws Exception {
    Emote emote = world.emote(DevUser.VIEWER, "reported");
    JsonNode report = world.ok(world.streamer, REPORT, "d", report(emote)).path("createReport");
    assertThat(report.path("body").asString()).isEqualTo("Really");
    assertThat(report.path("status").asString()).isEqualTo("OPEN");
    assertThat(report.path("priority").asInt()).isEqualTo(1);
    assertThat(world.nextEvents()).containsExactly("ticket.create");
    world.refused("403 LACKING_PRIVILEGES", world.streamer, "{ reports { id } }");
    JsonNode open = world.ok(world.admin, "{ reports(status: OPEN) { id body notes } }");
    assertThat(open.at("/reports/0/id").asString()).isEqualTo(report.path("id").asString());
    world.refused("501 BAD_REQUEST", world.admin, "{ reports(status: CLOSED) { id } }");

    String id = report.path("id").asString();
    String assign = "+" + world.idOf(DevUser.ADMIN);
    Map<String, Object> edit =
        Map.of("priority", 3, "assignee", assign, "note", Map.of("content", "looking into it"));
    JsonNode handled = world.ok(world.admin, EDIT_REPORT, "r", id, "d", edit).path("editReport");
    assertThat(handled.path("status").asString()).isEqualTo("ASSIGNED");
    assertThat(handled.path("notes").toString()).isEqualTo("[\"looking into it\"]");
    assertThat(world.nextEvents())
        .containsExactly("ticket.change_priority", "ticket.add_member", "ticket_message.create");
    JsonNode again = world.ok(world.admin, EDIT_REPORT, "r", id, "d", Map.of("assignee", assign));
    assertThat(again.at("/editReport/assignees").size()).isEqualTo(1);
    JsonNode closed = world.ok(world.admin, EDIT_REPORT, "r", id, "d", Map.of("status", "CLOSED"));
    assertThat(closed.at("/editReport/status").asString()).isEqualTo("CLOSED");
    assertThat(world.nextEvents()).containsExactly("ticket.change_open");
    JsonNode one =
        world.ok(
            world.admin,
            "query($r: ObjectID!) { report(id: $r) { subject actor { username } } }",
            "r",
            id);
    assertThat(one.at("/report/actor/username").asString()).isEqualTo(DevUser.STREAMER.login());

    world.refused("401 LOGIN_REQUIRED", null, REPORT, "d", report(emote));
    world.refused("403 LACKING_PRIVILEGES", world.streamer, EDIT_REPORT, "r", id, "d", edit);
    world.refused("404 LOAD_ERROR", world.admin, EDIT_REPORT, "r", world.newId(), "d", edit);
    Map<String, Object> badPriority = Map.of("priority", 4);
    world.refused("400 BAD_REQUEST", world.admin, EDIT_REPORT, "r", id, "d", badPriority);
    Map<String, Object> unsigned = Map.of("assignee", world.idOf(DevUser.ADMIN).toString());
    world.refused("400 BAD_REQUEST", world.admin, EDIT_REPORT, "r", id, "d", unsigned);
    Map<String, Object> longNote = Map.of("note", Map.of("content", "x".repeat(1001)));
    world.invalid(world.admin, EDIT_REPORT, "r", id, "d", longNote);
    Map<String, Object> user =
        Map.of("target_kind", 1, "target_id", emote.id().toString(), "subject", "a", "body", "b");
    world.refused("501 BAD_REQUEST", world.streamer, REPORT, "d", user);
  }

  private Id pending(EmoteModerationRequest.Kind kind, int priority, String country) {
    Emote emote = world.emote(DevUser.STREAMER, "queued");
    return world
        .put(
            CollectionNames.EMOTE_MODERATION_REQUESTS,
            new EmoteModerationRequest(
                world.newId(),
                emote.ownerId(),
                kind,
                null,
                emote.id(),
                EmoteModerationRequest.Status.PENDING,
                country,
                List.of(),
                priority,
                World.NOW,
                null))
        .id();
  }

  @Test
  @Covers(
      value = "Mutation.readMessages",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void theQueueIsReadAndAnswered() throws Exception {
    Id low = pending(EmoteModerationRequest.Kind.PUBLIC_LISTING, 0, "DE");
    Id high = pending(EmoteModerationRequest.Kind.PUBLIC_LISTING, 5, "FR");
    Id personal = pending(EmoteModerationRequest.Kind.PERSONAL_USE, 0, "DE");
    String queue =
        "query($w: String, $c: [String!]) { modRequests(page: 0, limit: 250, wish: $w, country: $c)"
            + " { total messages { id kind wish actor_country_code read } } }";
    JsonNode all = world.ok(world.admin, queue).path("modRequests");
    assertThat(all.at("/messages/0/id").asString()).isEqualTo(high.toString());
    assertThat(all.at("/messages/1/id").asString()).isEqualTo(low.toString());
    assertThat(all.path("total").asInt()).isEqualTo(2);
    JsonNode german = world.ok(world.admin, queue, "c", List.of("DE")).path("modRequests");
    assertThat(german.path("total").asInt()).isEqualTo(1);
    JsonNode wishes = world.ok(world.admin, queue, "w", "personal_use").path("modRequests");
    assertThat(wishes.at("/messages/0/id").asString()).isEqualTo(personal.toString());
    world.refused("403 LACKING_PRIVILEGES", world.streamer, queue);
    world.refused("400 BAD_REQUEST", world.admin, queue, "c", List.of("x".repeat(101)));

    List<String> ids = List.of(low.toString(), high.toString(), world.newId().toString());
    JsonNode read = world.ok(world.admin, READ, "m", ids, "r", true, "a", true);
    assertThat(read.path("readMessages").asInt()).isEqualTo(2);
    assertThat(world.nextEvents())
        .hasSize(2)
        .containsOnly("emote_moderation_request.change_status");
    assertThat(
            world
                .ok(world.admin, READ, "m", List.of(world.newId().toString()), "r", true, "a", true)
                .path("readMessages")
                .asInt())
        .isZero();
    world.refused("403 LACKING_PRIVILEGES", world.streamer, READ, "m", ids, "r", true, "a", true);
    world.invalid(world.admin, READ, "m", List.of("x"), "r", true, "a", true);
  }

  @Test
  @Covers(value = "Mutation.sendInboxMessage", outcomes = BAD_INPUT)
  @Covers(value = "Mutation.dismissVoidTargetModRequests", outcomes = BAD_INPUT)
  void inboxesDoNotExist() throws Exception {
    world.refused(
        "501 BAD_REQUEST",
        world.admin,
        "mutation { sendInboxMessage(recipients: [], subject: \"a\", content: \"b\") { id } }");
    world.refused(
        "501 BAD_REQUEST", world.admin, "mutation { dismissVoidTargetModRequests(object: 2) }");
    assertThat(world.ok(world.admin, "{ inbox { id } announcement }").path("inbox").isEmpty())
        .isTrue();
  }
}
