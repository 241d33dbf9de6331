package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Paint;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.User;
import com.mongodb.client.model.Filters;
import java.net.http.HttpRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Changes of users and sessions by the new API (api-v4.md §11.4). */
class V4UserMutationsTest extends SharedWorld {
  private static final String MAIN =
      user("mainConnection(platform: $p, platformId: $i) { connections { platformId } }");
  private static final String REMOVE =
      user("removeConnection(platform: $p, platformId: $i) { connections { platformId } }");
  private static final String ACTIVE_SET =
      "mutation($u: Id!, $s: Id) { users { user(id: $u) { activeEmoteSet(emoteSetId: $s) { style {"
          + " activeEmoteSetId } } } } }";
  private static final String PAINT =
      "mutation($u: Id!, $p: Id) { users { user(id: $u) { activePaint(paintId: $p) { style {"
          + " activePaintId } } } } }";
  private static final String BADGE =
      "mutation($u: Id!, $b: Id) { users { user(id: $u) { activeBadge(badgeId: $b) { style {"
          + " activeBadgeId } } } } }";
  private static final String NO_PICTURE =
      "mutation($u: Id!) { users { user(id: $u) { removeProfilePicture { style {"
          + " activeProfilePictureId } } } } }";
  private static final String LINK =
      "mutation($u: Id!, $i: String!, $n: String!) { users { user(id: $u) { manuallyLinkKick("
          + "kickChannel: {id: $i, username: $n, displayName: $n}) { connections { platform } } } } }";
  private static final String END_SESSIONS =
      "mutation($u: Id!) { users { user(id: $u) { deleteAllSessions } } }";
  private static final String SESSION =
      "mutation($u: Id!, $x: DateTime!) { userSessions { create(userId: $u, expiresAt: $x) } }";

  private Id streamer;

  private static String user(String field) {
    return "mutation($u: Id!, $p: Platform!, $i: String!) { users { user(id: $u) { "
        + field
        + " } } }";
  }

  @BeforeAll
  void start() {
    streamer = world.idOf(DevUser.STREAMER);
  }

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private Id entitledPaint() {
    Id id =
        world
            .put(
                CollectionNames.PAINTS,
                new Paint(
                    world.newId(),
                    "Sunny",
                    null,
                    List.of(),
                    new Paint.Data(List.of(), List.of()),
                    streamer,
                    World.NOW,
                    null))
            .id();
    world.entitle(DevUser.STREAMER, EntitlementNode.of(EntitlementNode.Kind.PAINT, id));
    return id;
  }

  private Id entitledBadge() {
    Image image = new Image("badge/x/1x.webp", "image/webp", 1, 100, 18, 18, 1);
    Id id =
        world
            .put(
                CollectionNames.BADGES,
                new Badge(
                    world.newId(),
                    "Founder",
                    null,
                    List.of(),
                    new ImageSet(new ImageSet.Processed(image), List.of(image)),
                    streamer,
                    World.NOW,
                    null))
            .id();
    world.entitle(DevUser.STREAMER, EntitlementNode.of(EntitlementNode.Kind.BADGE, id));
    return id;
  }

  @Test
  @Covers(
      value = "UserOperation.mainConnection",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "UserOperation.removeConnection",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "UserOperation.manuallyLinkKick",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void accountsAreLinkedOrderedAndUnlinked() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    String id = DevUser.VIEWER.id();
    world.refused4("403 LACKING_PRIVILEGES", world.viewer, LINK, "u", viewer, "i", "77", "n", "k");
    world.refused4("401 LOGIN_REQUIRED", null, LINK, "u", viewer, "i", "77", "n", "k");
    world.invalid4(world.admin, LINK, "u", viewer, "i", "", "n", "k");
    world.refused4(
        "400 BAD_REQUEST", world.viewer, REMOVE, "u", viewer, "p", "TWITCH", "i", id); // the last
    world.ok4(world.admin, LINK, "u", viewer, "i", "77", "n", "k");
    assertThat(world.nextEvents()).containsExactly("user.add_connection");
    world.refused4("400 BAD_REQUEST", world.admin, LINK, "u", viewer, "i", "77", "n", "k");

    JsonNode ordered =
        world.ok4(world.viewer, MAIN, "u", viewer, "p", "KICK", "i", "77").at("/users/user");
    assertThat(ordered.at("/mainConnection/connections/0/platformId").asString()).isEqualTo("77");
    world.refused4("404 LOAD_ERROR", world.viewer, MAIN, "u", viewer, "p", "KICK", "i", "78");
    world.refused4(
        "403 LACKING_PRIVILEGES", world.streamer, MAIN, "u", viewer, "p", "KICK", "i", "77");
    world.invalid4(world.viewer, MAIN, "u", "nonsense", "p", "KICK", "i", "77");

    world.refused4(
        "403 LACKING_PRIVILEGES", world.streamer, REMOVE, "u", viewer, "p", "KICK", "i", "77");
    world.refused4("404 LOAD_ERROR", world.viewer, REMOVE, "u", viewer, "p", "TWITCH", "i", "77");
    world.invalid4(world.viewer, REMOVE, "u", "nonsense", "p", "KICK", "i", "77");
    world.ok4(world.viewer, REMOVE, "u", viewer, "p", "KICK", "i", "77");
    assertThat(world.nextEvents()).containsExactly("user.remove_connection");
    User after = world.user(DevUser.VIEWER);
    assertThat(after.connections())
        .extracting(User.Connection::platform)
        .containsExactly(Platform.TWITCH);
  }

  @Test
  @Covers(
      value = "UserOperation.activeEmoteSet",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void theActiveSetIsChosenAndCleared() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    EmoteSet personal = world.set(DevUser.STREAMER, EmoteSet.Kind.PERSONAL);
    JsonNode shown = world.ok4(world.streamer, ACTIVE_SET, "u", streamer, "s", set.id());
    assertThat(shown.toString()).contains(set.id().toString());
    assertThat(world.nextEvents()).containsExactly("user.change_active_emote_set");
    world.refused4(
        "403 LACKING_PRIVILEGES", world.viewer, ACTIVE_SET, "u", streamer, "s", set.id());
    world.refused4("404 LOAD_ERROR", world.streamer, ACTIVE_SET, "u", streamer, "s", world.newId());
    world.refused4(
        "400 BAD_REQUEST", world.streamer, ACTIVE_SET, "u", streamer, "s", personal.id());
    world.invalid4(world.streamer, ACTIVE_SET, "u", streamer, "s", "nonsense");
    world.ok4(world.streamer, ACTIVE_SET, "u", streamer, "s", null);
    assertThat(world.user(DevUser.STREAMER).style().activeEmoteSetId()).isNull();
  }

  @Test
  @Covers(
      value = "UserOperation.activePaint",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "UserOperation.activeBadge",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void entitledCosmeticsAreWorn() throws Exception {
    Id paint = entitledPaint();
    Id badge = entitledBadge();
    try (World.Grant _ =
        world.grant(DevUser.STREAMER, Permission.USER_USE_PAINT, Permission.USER_USE_BADGE)) {
      assertThat(world.ok4(world.streamer, PAINT, "u", streamer, "p", paint).toString())
          .contains(paint.toString());
      assertThat(world.nextEvents()).containsExactly("user.change_active_paint");
      assertThat(world.ok4(world.streamer, BADGE, "u", streamer, "b", badge).toString())
          .contains(badge.toString());
      assertThat(world.nextEvents()).containsExactly("user.change_active_badge");
      world.ok4(world.streamer, PAINT, "u", streamer, "p", paint); // worn already
      world.ok4(world.streamer, BADGE, "u", streamer, "b", badge);
      world.ok4(world.streamer, PAINT, "u", streamer, "p", null);
      assertThat(world.nextEvents()).containsExactly("user.change_active_paint");
    }
    world.refused4("403 LACKING_PRIVILEGES", world.viewer, PAINT, "u", streamer, "p", paint);
    world.refused4("403 LACKING_PRIVILEGES", world.viewer, BADGE, "u", streamer, "b", badge);
    world.refused4("403 LOAD_ERROR", world.streamer, PAINT, "u", streamer, "p", world.newId());
    world.refused4("403 LOAD_ERROR", world.streamer, BADGE, "u", streamer, "b", world.newId());
    world.invalid4(world.streamer, PAINT, "u", streamer, "p", "nonsense");
    world.invalid4(world.streamer, BADGE, "u", streamer, "b", "nonsense");
    world.collection(CollectionNames.BADGES).deleteOne(Filters.eq("_id", badge.toBson()));
    world.ok4(world.streamer, BADGE, "u", streamer, "b", null);
    world.refused4("404 LOAD_ERROR", world.streamer, BADGE, "u", streamer, "b", badge);
  }

  @Test
  @Covers(
      value = "UserOperation.removeProfilePicture",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  void picturesAreTakenOff() throws Exception {
    world.setUser(DevUser.STREAMER, "style.active_profile_picture", world.newId().toBson());
    world.refused4("403 LACKING_PRIVILEGES", world.viewer, NO_PICTURE, "u", streamer);
    world.invalid4(world.viewer, NO_PICTURE, "u", "nonsense");
    world.refused4("404 LOAD_ERROR", world.viewer, NO_PICTURE, "u", world.newId());
    JsonNode shown = world.ok4(world.streamer, NO_PICTURE, "u", streamer);
    assertThat(shown.at("/users/user/removeProfilePicture/style/activeProfilePictureId").isNull())
        .isTrue();
    assertThat(world.user(DevUser.STREAMER).style().activeProfilePicture()).isNull();
    world.ok4(world.streamer, NO_PICTURE, "u", streamer);
  }

  @Test
  @Covers(
      value = "UserOperation.deleteAllSessions",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  void allOtherSessionsEnd() throws Exception {
    String other = world.api.login(DevUser.EDITOR);
    Id editor = world.idOf(DevUser.EDITOR);
    world.forgetEvents();
    world.refused4("403 LACKING_PRIVILEGES", world.viewer, END_SESSIONS, "u", editor);
    world.refused4("401 LOGIN_REQUIRED", null, END_SESSIONS, "u", editor);
    world.invalid4(world.viewer, END_SESSIONS, "u", "nonsense");
    JsonNode ended = world.ok4(world.editor, END_SESSIONS, "u", editor);
    assertThat(ended.at("/users/user/deleteAllSessions").asInt()).isEqualTo(1);
    assertThat(world.nextEvents()).containsExactly("user_session.delete");
    world.ok4(world.editor, "{ users { me { id } } }");
    assertThat(
            world
                .api
                .send(
                    HttpRequest.newBuilder(world.api.uri("/v3/users/" + editor))
                        .header("authorization", "Bearer " + other))
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  @Covers(
      value = "UserSessionMutation.create",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  void sessionsAreMadeOnlyForPeopleOfNoHigherRank() throws Exception {
    String later = "2999-01-01T00:00:00Z";
    Id admin = world.idOf(DevUser.ADMIN);
    world.refused4("403 LACKING_PRIVILEGES", world.viewer, SESSION, "u", streamer, "x", later);
    world.invalid4(world.admin, SESSION, "u", streamer, "x", "tomorrow");
    world.refused4("404 LOAD_ERROR", world.admin, SESSION, "u", world.newId(), "x", later);
    try (World.Grant _ = world.grant(DevUser.VIEWER, Permission.USER_MANAGE_SESSIONS)) {
      world.refused4("403 LACKING_PRIVILEGES", world.viewer, SESSION, "u", admin, "x", later);
    }
    String token =
        world
            .ok4(world.admin, SESSION, "u", streamer, "x", later)
            .at("/userSessions/create")
            .asString();
    assertThat(world.ok4(token, "{ users { me { id } } }").at("/users/me/id").asString())
        .isEqualTo(streamer.toString());
  }
}
