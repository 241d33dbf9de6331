package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Rows that mean something to the code are settings, with the platform's as default. */
@SuppressWarnings("try") // closing the bus client can be interrupted
class WellKnownIdsTest {
  private static final String ACTIVITY =
      "query($u: ObjectID!) { user(id: $u) { activity { kind actor_id } } }";
  private static final String CREATE =
      "mutation($u: ObjectID!, $d: CreateEmoteSetInput!) { createEmoteSet(user_id: $u, data: $d) {"
          + " id } }";
  private static final Id OURS = Id.parse("01KA0000000000000000000001");

  @TempDir Path folder;

  private static JsonNode activity(World world) throws Exception {
    Id user = world.idOf(DevUser.STREAMER);
    return world.ok(null, ACTIVITY, "u", user).at("/user/activity");
  }

  private static void role(World world, Id id, int rank) {
    world.put(
        CollectionNames.ROLES,
        new Role(
            id,
            "r" + id,
            null,
            List.of(),
            Id.NIL,
            Permissions.NONE,
            false,
            null,
            rank,
            null,
            World.NOW,
            null));
    world.entitle(DevUser.STREAMER, EntitlementNode.role(id));
  }

  private static void createSet(World world) throws Exception {
    world.ok(
        world.streamer, CREATE, "u", world.idOf(DevUser.STREAMER), "d", Map.of("name", "A set"));
  }

  @Test
  void whoHoldsTheQuietRoleHasNoActivityToShow() throws Exception {
    try (World world = new World(folder, "")) {
      createSet(world);
      assertThat(activity(world)).isNotEmpty();
      role(world, Id.parse("644JAH244N89EAJGXHMC2W48RY"), 3);
      assertThat(activity(world)).isEmpty();
    }
  }

  @Test
  void otherInstallationsHaveOtherRoles() throws Exception {
    String settings = "ids.quiet_role = \"%s\"\nids.blocking_role = \"%s\"\n".formatted(OURS, OURS);
    try (World world = new World(folder, settings)) {
      createSet(world);
      role(world, Id.parse("644JAH244N89EAJGXHMC2W48RY"), 3);
      assertThat(activity(world)).as("no meaning here").isNotEmpty();
      String actor = "{ actor { id } }";
      world.ok(world.streamer, actor);
      role(world, OURS, 4);
      assertThat(activity(world)).isEmpty();
      assertThatThrownBy(() -> world.api.v3(world.streamer, actor, Map.of()))
          .as("who may not sign in does not stay so")
          .hasMessageContaining("401");
    }
  }
}
