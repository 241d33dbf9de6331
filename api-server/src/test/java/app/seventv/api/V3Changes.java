package app.seventv.api;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every mutation of the old API once, with what it must announce and what viewers are told. */
final class V3Changes {
  private static final Id PRODUCT = Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A");

  private final World world;
  private final List<Change> changes = new ArrayList<>();

  private V3Changes(World world) {
    this.world = world;
  }

  /**
   * One mutation.
   *
   * @param operation as in the operations table
   * @param events what is announced, as {@code kind.change}; empty if nothing is
   * @param told what viewers are told, null if nothing that they could show
   */
  record Change(
      String operation,
      String query,
      List<@Nullable Object> variables,
      List<String> events,
      @Nullable Told told) {}

  /**
   * @param text is in the dispatch
   */
  record Told(String type, Id object, String text) {}

  /** The changes, to be made in this order, with what they need in the world. */
  static List<Change> in(World world) throws Exception {
    V3Changes all = new V3Changes(world);
    all.sets();
    all.emotes();
    all.users();
    all.accounts();
    all.cosmetics();
    all.moderation();
    all.roles();
    return all.changes;
  }

  private void add(
      String operation,
      @Nullable Told told,
      List<String> events,
      String query,
      @Nullable Object... variables) {
    changes.add(new Change(operation, query, Arrays.asList(variables), List.copyOf(events), told));
  }

  private void sets() {
    Id streamer = world.idOf(DevUser.STREAMER);
    add(
        "Mutation.createEmoteSet",
        null, // nobody can know its id before
        List.of("emote_set.create"),
        "mutation($u: ObjectID!) { createEmoteSet(user_id: $u, data: {name: \"new\"}) { id } }",
        "u",
        streamer);
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    Emote emote = world.emote(DevUser.STREAMER, "liveOne", Emote.FLAG_PUBLIC_LISTED);
    String entries =
        "mutation($s: ObjectID!, $e: ObjectID!, $a: ListItemAction!, $n: String) { emoteSet(id: $s)"
            + " { emotes(id: $e, action: $a, name: $n) { id } } }";
    for (List<String> step :
        List.of(
            List.of("ADD", "liveOne", "emote_set.add_emote", "\"pushed\""),
            List.of("UPDATE", "renamed", "emote_set.rename_emote", "renamed"),
            List.of("REMOVE", "renamed", "emote_set.remove_emote", "\"pulled\""))) {
      add(
          "EmoteSetOps.emotes",
          new Told("emote_set.update", set.id(), step.get(3)),
          List.of(step.get(2)),
          entries,
          "s",
          set.id(),
          "e",
          emote.id(),
          "a",
          step.get(0),
          "n",
          step.get(1));
    }
    add(
        "EmoteSetOps.update",
        new Told("emote_set.update", set.id(), "Other name"),
        List.of("emote_set.change_name", "emote_set.change_capacity"),
        "mutation($s: ObjectID!) { emoteSet(id: $s) { update(data: {name: \"Other name\", capacity:"
            + " 7}) { id } } }",
        "s",
        set.id());
    EmoteSet doomed = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    add(
        "EmoteSetOps.delete",
        new Told("emote_set.delete", doomed.id(), doomed.id().toString()),
        List.of("emote_set.delete"),
        "mutation($s: ObjectID!) { emoteSet(id: $s) { delete } }",
        "s",
        doomed.id());
  }

  private void emotes() {
    Emote emote = world.emote(DevUser.STREAMER, "before");
    add(
        "EmoteOps.update",
        new Told("emote.update", emote.id(), "after"),
        List.of("emote.change_name"),
        "mutation($e: ObjectID!) { emote(id: $e) { update(params: {name: \"after\"}) { id } } }",
        "e",
        emote.id());
    Emote target = world.emote(DevUser.STREAMER, "target");
    add(
        "EmoteOps.merge",
        null,
        List.of("emote.merge"),
        "mutation($e: ObjectID!, $t: ObjectID!) { emote(id: $e) { merge(target_id: $t) { id } } }",
        "e",
        emote.id(),
        "t",
        target.id());
  }

  private void users() {
    Id viewer = world.idOf(DevUser.VIEWER);
    EmoteSet set = world.set(DevUser.VIEWER, EmoteSet.Kind.NORMAL);
    add(
        "UserOps.connections",
        new Told("user.update", viewer, set.id().toString()),
        List.of("user.change_active_emote_set"),
        "mutation($u: ObjectID!, $c: String!, $s: ObjectID!) { user(id: $u) { connections(id: $c,"
            + " data: {emote_set_id: $s}) { id } } }",
        "u",
        viewer,
        "c",
        DevUser.VIEWER.id(),
        "s",
        set.id());
    add(
        "UserOps.editors",
        null,
        List.of("user_editor.add_editor"),
        "mutation($u: ObjectID!, $e: ObjectID!) { user(id: $u) { editors(editor_id: $e, data:"
            + " {permissions: 17}) { id } } }",
        "u",
        viewer,
        "e",
        world.idOf(DevUser.EDITOR));
    Role role = world.role();
    add(
        "UserOps.roles",
        null,
        List.of("user.add_entitlement"),
        "mutation($u: ObjectID!, $r: ObjectID!) { user(id: $u) { roles(role_id: $r, action: ADD) }"
            + " }",
        "u",
        viewer,
        "r",
        role.id());
    add(
        "UserOps.createSubscriptionPeriod",
        null,
        List.of("emote_set.create"), // the personal one
        "mutation($u: ObjectID!, $p: ObjectID!) { user(id: $u) { createSubscriptionPeriod(create:"
            + " {product_id: $p, kind: monthly, start: \"2020-01-01T00:00:00Z\", end:"
            + " \"2999-01-01T00:00:00Z\", reason: \"prize\"}) { success } } }",
        "u",
        viewer,
        "p",
        PRODUCT);
    add(
        "UserOps.refreshSubscriptions",
        null,
        List.of(),
        "mutation($u: ObjectID!) { user(id: $u) { refreshSubscriptions } }",
        "u",
        viewer);
  }

  private Id user(String name) {
    User.Connection connection =
        new User.Connection(Platform.TWITCH, name, name, name, null, World.NOW, World.NOW, true);
    return world
        .put(CollectionNames.USERS, User.create(world.newId(), List.of(connection), World.NOW))
        .id();
  }

  private void accounts() {
    Id source = user("live_source");
    Id target = user("live_target");
    add(
        "UserOps.merge",
        null,
        List.of("user.merge"),
        "mutation($u: ObjectID!, $t: ObjectID!) { user(id: $u) { merge(id: $t) } }",
        "u",
        source,
        "t",
        target);
    add(
        "UserOps.delete",
        null,
        List.of("user.delete"),
        "mutation($u: ObjectID!) { user(id: $u) { delete } }",
        "u",
        user("live_doomed"));
  }

  private void cosmetics() throws Exception {
    String stops = "repeat: false, stops: [{at: 0, color: 1}, {at: 1, color: 2}], shadows: []}";
    String create =
        "mutation { createCosmeticPaint(definition: {name: \"Dawn\", function: \"LINEAR_GRADIENT\", "
            + stops
            + ") }";
    Id paint = Id.parse(world.ok(world.admin, create).path("createCosmeticPaint").asString());
    add("Mutation.createCosmeticPaint", null, List.of("paint.create"), create);
    add(
        "CosmeticOps.updatePaint",
        null,
        List.of("paint.change_name", "paint.change_data"),
        "mutation($p: ObjectID!) { cosmetics(id: $p) { updatePaint(definition: {name: \"Dusk\","
            + " function: \"RADIAL_GRADIENT\", "
            + stops
            + ") { id } } }",
        "p",
        paint);
    add(
        "Mutation.reprocessCosmeticImage",
        null,
        List.of(),
        "mutation($p: [ObjectID!]) { reprocessCosmeticImage(paint_ids: $p) { paints { success } } }",
        "p",
        List.of(paint.toString()));
    world.entitle(DevUser.VIEWER, EntitlementNode.of(EntitlementNode.Kind.PAINT, paint));
    add(
        "UserOps.cosmetics",
        new Told("user.update", world.idOf(DevUser.VIEWER), paint.toString()),
        List.of("user.change_active_paint"),
        "mutation($u: ObjectID!, $p: ObjectID!) { user(id: $u) { cosmetics(update: {id: $p, kind:"
            + " PAINT, selected: true}) } }",
        "u",
        world.idOf(DevUser.VIEWER),
        "p",
        paint);
  }

  private void moderation() throws Exception {
    String ban =
        "mutation($v: ObjectID!) { createBan(victim_id: $v, reason: \"spam\", effects: 1) { id } }";
    Id banned = Id.parse(ban(ban, user("live_banned")));
    add("Mutation.createBan", null, List.of("user_ban.ban"), ban, "v", user("live_banned_later"));
    add(
        "Mutation.editBan",
        null,
        List.of("user_ban.change_reason"),
        "mutation($b: ObjectID!) { editBan(ban_id: $b, reason: \"more spam\") { id } }",
        "b",
        banned);
    Emote emote = world.emote(DevUser.STREAMER, "reportable");
    String report =
        "mutation($e: ObjectID!) { createReport(data: {target_kind: 2, target_id: $e, subject:"
            + " \"s\", body: \"b\"}) { id } }";
    String ticket =
        world.ok(world.admin, report, "e", emote.id()).at("/createReport/id").asString();
    add("Mutation.createReport", null, List.of("ticket.create"), report, "e", emote.id());
    add(
        "Mutation.editReport",
        null,
        List.of("ticket.change_priority"),
        "mutation($r: ObjectID!) { editReport(report_id: $r, data: {priority: 3}) { id } }",
        "r",
        ticket);
    EmoteModerationRequest request =
        world.put(
            CollectionNames.EMOTE_MODERATION_REQUESTS,
            new EmoteModerationRequest(
                world.newId(),
                emote.ownerId(),
                EmoteModerationRequest.Kind.PUBLIC_LISTING,
                null,
                emote.id(),
                EmoteModerationRequest.Status.PENDING,
                null,
                List.of(),
                0,
                World.NOW,
                null));
    add(
        "Mutation.readMessages",
        null,
        List.of("emote_moderation_request.change_status"),
        "mutation($m: [ObjectID!]!) { readMessages(message_ids: $m, read: true, approved: true) }",
        "m",
        List.of(request.id().toString()));
  }

  private String ban(String query, Id victim) throws Exception {
    return world.ok(world.admin, query, "v", victim).at("/createBan/id").asString();
  }

  private void roles() throws Exception {
    String create =
        "mutation { createRole(data: {name: \"Live\", color: 1, allowed: \"1\", denied: \"0\"}) {"
            + " id } }";
    String role = world.ok(world.admin, create).at("/createRole/id").asString();
    add("Mutation.createRole", null, List.of("role.create"), create);
    add(
        "Mutation.editRole",
        null,
        List.of("role.change_name"),
        "mutation($r: ObjectID!) { editRole(role_id: $r, data: {name: \"Lively\"}) { id } }",
        "r",
        role);
    add(
        "Mutation.deleteRole",
        null,
        List.of("role.delete"),
        "mutation($r: ObjectID!) { deleteRole(role_id: $r) }",
        "r",
        role);
  }
}
