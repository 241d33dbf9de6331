package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import app.seventv.model.UserEditor;
import app.seventv.model.UserSession;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Two accounts become one (api-v3.md §11.5, data-model.md §12). */
class V3AccountMergeTest extends SharedWorld {
  private static final String ROLES =
      "mutation($u: ObjectID!, $r: ObjectID!, $a: ListItemAction!) { user(id: $u) { roles("
          + "role_id: $r, action: $a) } }";
  private static final String MERGE =
      "mutation($u: ObjectID!, $t: ObjectID!) { user(id: $u) { merge(id: $t) } }";

  @BeforeEach
  void quiet() {
    world.collection(CollectionNames.USER_EDITORS).deleteMany(Filters.empty());
  }

  private Id ban(Id user) {
    world
        .collection(CollectionNames.USERS)
        .updateOne(Filters.eq("_id", user.toBson()), Updates.set("has_bans", true));
    return world
        .put(
            CollectionNames.USER_BANS,
            new UserBan(
                world.newId(),
                user,
                world.idOf(DevUser.ADMIN),
                "reason",
                List.of(),
                null,
                null,
                Permissions.NONE,
                World.NOW,
                null))
        .id();
  }

  private Id period(Id user) {
    return world
        .put(
            CollectionNames.SUBSCRIPTION_PERIODS,
            new SubscriptionPeriod(
                world.newId(),
                new SubscriptionId(user, world.newId()),
                null,
                "price",
                World.NOW,
                World.NOW.plusSeconds(1),
                false,
                false,
                null,
                new SubscriptionPeriod.BySystem("test"),
                World.NOW,
                null))
        .id();
  }

  private void editor(Id user, Id editor) {
    world.put(
        CollectionNames.USER_EDITORS,
        new UserEditor(
            user,
            editor,
            UserEditor.State.ACCEPTED,
            null,
            new EditorPermissions(2, 0, 0),
            user,
            World.NOW,
            World.NOW,
            null));
  }

  /** All rows, as owner and editor. */
  private List<String> editors() {
    return world
        .collection(CollectionNames.USER_EDITORS)
        .find()
        .map(UserEditor::fromBson)
        .map(row -> row.userId() + " " + row.editorId())
        .into(new ArrayList<>());
  }

  private EmoteSet personalSet(Id user) {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.PERSONAL);
    world
        .collection(CollectionNames.EMOTE_SETS)
        .updateOne(Filters.eq("_id", set.id().toBson()), Updates.set("owner_id", user.toBson()));
    world
        .collection(CollectionNames.USERS)
        .updateOne(
            Filters.eq("_id", user.toBson()),
            Updates.set("style.personal_emote_set_id", set.id().toBson()));
    return set;
  }

  @Test
  @Covers(
      value = "UserOps.merge",
      outcomes = {SUCCESS, CONFLICT})
  void mergingMovesEverything() throws Exception {
    User source = world.person("5551", Platform.TWITCH);
    User target = world.person("5552", Platform.KICK);
    Role role = world.role(Permission.EMOTE_VIEW_UNLISTED);
    world.ok(world.admin, ROLES, "u", source.id(), "r", role.id(), "a", "ADD");
    Emote emote = world.emote(DevUser.STREAMER, "moves");
    world
        .collection(CollectionNames.EMOTES)
        .updateOne(
            Filters.eq("_id", emote.id().toBson()), Updates.set("owner_id", source.id().toBson()));
    Id ban = ban(source.id());
    Id period = period(source.id());
    Id editor = world.idOf(DevUser.EDITOR);
    editor(source.id(), editor);
    editor(source.id(), target.id());
    editor(editor, source.id());
    Id session =
        world
            .put(
                CollectionNames.USER_SESSIONS,
                new UserSession(
                    world.newId(), source.id(), Instant.now().plusSeconds(60), World.NOW))
            .id();
    EmoteSet personal = personalSet(source.id());
    world.forgetEvents();
    world.ok(world.admin, MERGE, "u", source.id(), "t", target.id());
    User after = User.fromBson(world.require(CollectionNames.USERS, target.id()));
    assertThat(after.connections()).hasSize(2);
    User left = User.fromBson(world.require(CollectionNames.USERS, source.id()));
    assertThat(left.connections()).isEmpty();
    assertThat(left.mergedIntoId()).isEqualTo(target.id());
    assertThat(world.emote(emote.id()).ownerId()).isEqualTo(target.id());
    assertThat(world.nextEvents()).containsExactly("user.merge");
    assertThat(after.hasBans()).isTrue();
    assertThat(UserBan.fromBson(world.require(CollectionNames.USER_BANS, ban)).userId())
        .isEqualTo(target.id());
    assertThat(
            SubscriptionPeriod.fromBson(world.require(CollectionNames.SUBSCRIPTION_PERIODS, period))
                .subscriptionId()
                .userId())
        .isEqualTo(target.id());
    assertThat(world.find(CollectionNames.USER_SESSIONS, session)).isNull();
    assertThat(editors())
        .containsExactlyInAnyOrder(target.id() + " " + editor, editor + " " + target.id());
    assertThat(after.style().personalEmoteSetId()).isEqualTo(personal.id());
    assertThat(left.style().personalEmoteSetId()).isNull();
    assertThat(world.set(personal.id()).ownerId()).isEqualTo(target.id());
    JsonNode roles =
        world.ok(null, "query($u: ObjectID!) { user(id: $u) { roles } }", "u", target.id());
    assertThat(roles.toString()).contains(role.id().toString());
    world.refused("400 BAD_REQUEST", world.admin, MERGE, "u", target.id(), "t", source.id());
  }

  @Test
  @Covers(
      value = "UserOps.merge",
      outcomes = {PERMISSION, BAD_INPUT})
  void mergingIsForManagersOfUsers() throws Exception {
    world.refused(
        "403 LACKING_PRIVILEGES",
        world.streamer,
        MERGE,
        "u",
        world.idOf(DevUser.STREAMER),
        "t",
        world.idOf(DevUser.VIEWER));
    world.refused(
        "400 BAD_REQUEST",
        world.admin,
        MERGE,
        "u",
        world.idOf(DevUser.STREAMER),
        "t",
        world.idOf(DevUser.STREAMER));
    world.refused(
        "404 LOAD_ERROR",
        world.admin,
        MERGE,
        "u",
        world.idOf(DevUser.STREAMER),
        "t",
        world.newId());
  }

  @Test
  void theOwnPersonalSetStays() throws Exception {
    User source = world.person("5561", Platform.TWITCH);
    User target = world.person("5562", Platform.KICK);
    EmoteSet left = personalSet(source.id());
    EmoteSet own = personalSet(target.id());
    world.ok(world.admin, MERGE, "u", source.id(), "t", target.id());
    assertThat(
            User.fromBson(world.require(CollectionNames.USERS, target.id()))
                .style()
                .personalEmoteSetId())
        .isEqualTo(own.id());
    assertThat(world.set(left.id()).ownerId()).isEqualTo(source.id());
  }

  /** Whoever could merge an administrator into an account of theirs would be one. */
  @Test
  @Covers(value = "UserOps.merge", outcomes = PERMISSION)
  void nobodyMergesWhoStandsAbove() throws Exception {
    Id admin = world.idOf(DevUser.ADMIN);
    User person = world.person("5571", Platform.TWITCH);
    User other = world.person("5572", Platform.KICK);
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.USER_MANAGE_ANY)) {
      String refusal = "403 LACKING_PRIVILEGES";
      world.refused(refusal, world.streamer, MERGE, "u", admin, "t", person.id());
      world.refused(refusal, world.streamer, MERGE, "u", person.id(), "t", admin);
      world.ok(world.streamer, MERGE, "u", other.id(), "t", person.id());
    }
  }
}
