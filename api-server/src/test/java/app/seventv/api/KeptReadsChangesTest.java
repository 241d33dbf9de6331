package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Role;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.Map;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Every change shows in the answers that are kept in memory, whoever made it. */
class KeptReadsChangesTest extends KeptReads {
  private static final String CHANNEL =
      "query GetUserByConnection($platform: ConnectionPlatform!, $id: String!) { user:"
          + " userByConnection(platform: $platform, id: $id) { id username style { color }"
          + " connections { emote_set_id } editors { id } editor_of { id } roles } }";

  @Test
  void changesOfEmotesShowInSets() throws Exception {
    Emote emote = world.emote(DevUser.VIEWER, "first");
    Emote other = world.emote(DevUser.VIEWER, "other");
    String path = "/v3/emote-sets/" + set(DevUser.STREAMER, emote, other).id();
    shows(
        path,
        () -> update(CollectionNames.EMOTES, emote.id(), "default_name", "second"),
        says("second"));
    shows(
        path,
        () ->
            update(
                CollectionNames.EMOTES,
                emote.id(),
                "merged",
                new Emote.Merged(other.id(), World.NOW).toBson()),
        response -> !response.body().contains("second"));
    shows(
        path,
        () -> update(CollectionNames.EMOTES, other.id(), "default_name", "target"),
        says("target"));
    shows(
        path,
        () -> update(CollectionNames.EMOTES, other.id(), "deleted", true),
        says("\"emotes\":[]"));
    String single = "/v3/emotes/" + world.emote(DevUser.VIEWER, "single").id();
    Id id = Id.parse(single.substring(single.lastIndexOf('/') + 1));
    shows(
        single,
        () -> update(CollectionNames.EMOTES, id, "deleted", true),
        response -> response.statusCode() == 404);
  }

  @Test
  void changesOfSetsShowInChannels() throws Exception {
    Emote emote = world.emote(DevUser.VIEWER, "inset");
    EmoteSet active = set(DevUser.EDITOR, emote);
    Id editor = world.idOf(DevUser.EDITOR);
    shows(
        channel(DevUser.EDITOR),
        () ->
            update(
                CollectionNames.USERS, editor, "style.active_emote_set_id", active.id().toBson()),
        says("inset"));
    shows(
        channel(DevUser.EDITOR),
        () -> update(CollectionNames.EMOTE_SETS, active.id(), "name", "Renamed set"),
        says("Renamed set"));
    String[] created = new String[1];
    shows(
        channel(DevUser.EDITOR),
        () -> created[0] = world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL).id().toString(),
        response -> created[0] != null && response.body().contains(created[0]));
    shows(
        channel(DevUser.EDITOR),
        () -> world.collection(CollectionNames.EMOTE_SETS).deleteOne(byId(Id.parse(created[0]))),
        response -> !response.body().contains(created[0]));
    shows(
        "/v3/emote-sets/global",
        () ->
            world
                .collection(CollectionNames.GLOBAL_CONFIG)
                .updateOne(new BsonDocument(), Updates.set("emote_set_id", active.id().toBson())),
        says(active.id().toString()));
  }

  @Test
  void changesOfTheGraphShowInStyles() throws Exception {
    Role role = world.role(Permission.USER_USE_BADGE);
    Id streamer = world.idOf(DevUser.STREAMER);
    EntitlementNode node = EntitlementNode.role(role.id());
    EmoteSet owned = set(DevUser.VIEWER, world.emote(DevUser.STREAMER, "styled"));
    String set = "/v3/emote-sets/" + owned.id();
    shows(set, () -> world.entitle(DevUser.STREAMER, node), says(role.id().toString()));
    shows(set, () -> update(CollectionNames.ROLES, role.id(), "color", 4711), says("4711"));
    Id badge = world.newId();
    update(CollectionNames.USERS, streamer, "style.active_badge_id", badge.toBson());
    // The role's own edges count: whoever has the role has the badge.
    shows(
        channel(DevUser.STREAMER),
        () ->
            world.put(
                CollectionNames.ENTITLEMENT_EDGES,
                new EntitlementEdge(
                    node, EntitlementNode.of(EntitlementNode.Kind.BADGE, badge), null)),
        says(badge.toString()));
    shows(
        channel(DevUser.STREAMER),
        () ->
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .deleteMany(Filters.eq("_id.to", node.toBson())),
        response -> !response.body().contains(badge.toString()));
  }

  @Test
  void editorsShowInRestAndGraphql() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    Id viewer = world.idOf(DevUser.VIEWER);
    assertThat(graphql(DevUser.STREAMER)).doesNotContain(viewer.toString());
    double hits = hits();
    assertThat(graphql(DevUser.STREAMER)).doesNotContain(viewer.toString());
    assertThat(hits()).isGreaterThan(hits);
    assertThat(graphql(DevUser.VIEWER)).doesNotContain(streamer.toString());
    shows(
        channel(DevUser.STREAMER),
        () ->
            world.put(
                CollectionNames.USER_EDITORS,
                new UserEditor(
                    streamer,
                    viewer,
                    UserEditor.State.ACCEPTED,
                    null,
                    new EditorPermissions(2, 0, 8),
                    streamer,
                    World.NOW,
                    World.NOW,
                    null)),
        says(viewer.toString()));
    await()
        .untilAsserted(() -> {
          assertThat(graphql(DevUser.STREAMER)).contains(viewer.toString());
          assertThat(graphql(DevUser.VIEWER)).contains(streamer.toString());
        });
  }

  private String graphql(DevUser person) throws Exception {
    return TestApi.JSON.writeValueAsString(
        world.api.v3(null, CHANNEL, Map.of("platform", "TWITCH", "id", person.id())));
  }
}
