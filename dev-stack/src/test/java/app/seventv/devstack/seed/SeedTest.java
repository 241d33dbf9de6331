package app.seventv.devstack.seed;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.Role;
import app.seventv.model.User;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final DevMongoServer server = DevMongoServer.inMemory(0);
  private MongoClient client;
  private MongoDatabase database;

  @BeforeEach
  void connect() {
    client = MongoClients.create(server.uri("7tv"));
    database = client.getDatabase("7tv");
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void theSecondTimeNothingIsMissing() {
    assertThat(Seed.apply(database, NOW)).isEqualTo(14);
    assertThat(Seed.apply(database, NOW.plusSeconds(60))).isZero();
  }

  @Test
  void whatWasChangedSinceStays() {
    Seed.apply(database, NOW);
    database
        .getCollection(CollectionNames.CRON_JOBS)
        .updateOne(
            new BsonDocument("_id", new BsonInt32(0)),
            new BsonDocument("$set", new BsonDocument("enabled", new BsonInt32(0))));

    Seed.apply(database, NOW);

    assertThat(rows(CollectionNames.CRON_JOBS).getFirst().getInt32("enabled").getValue()).isZero();
  }

  @Test
  void theGlobalConfigurationNamesTheGlobalSet() {
    Seed.apply(database, NOW);

    GlobalConfig config = GlobalConfig.fromBson(rows(CollectionNames.GLOBAL_CONFIG).getFirst());
    EmoteSet set = EmoteSet.fromBson(rows(CollectionNames.EMOTE_SETS).getFirst());

    assertThat(set.id()).isEqualTo(config.emoteSetId());
    assertThat(set.kind()).isEqualTo(EmoteSet.Kind.GLOBAL);
    assertThat(set.ownerId()).isNull();
    assertThat(set.capacity()).isNull();
    assertThat(config.trendingEmoteCount()).isEqualTo(500);
  }

  @Test
  void everybodyHasTheDefaultRoleWithTheSpecifiedMasks() {
    Seed.apply(database, NOW);

    Role role = roleOf(EntitlementNode.GLOBAL_GROUP);

    assertThat(role.rank()).isZero();
    assertThat(role.permissions().masks(Permission.Category.EMOTE).allow()).isEqualTo(14);
    assertThat(role.permissions().masks(Permission.Category.EMOTE_SET).allow()).isEqualTo(2);
    assertThat(role.permissions().masks(Permission.Category.USER).allow()).isEqualTo(262);
    assertThat(role.permissions().masks(Permission.Category.TICKET).allow()).isEqualTo(34);
    for (RateLimitResource resource : RateLimitResource.values()) {
      assertThat(role.permissions().rateLimit(resource)).as(resource.key()).isNotNull();
    }
  }

  @Test
  void theAdministratorHoldsEverythingAndTheBannedPersonMayNotSignIn() {
    Seed.apply(database, NOW);

    assertThat(roleOf(EntitlementNode.user(userOf(DevUser.ADMIN).id())).permissions())
        .matches(permissions -> permissions.isSuperAdmin());
    assertThat(roleOf(EntitlementNode.user(userOf(DevUser.BANNED).id())).permissions())
        .matches(permissions -> permissions.denied(Permission.USER_LOGIN));
  }

  @Test
  void rowsOutliveTheServer(@TempDir Path directory) {
    Path file = directory.resolve("platform.db");
    try (DevMongoServer first = DevMongoServer.onFile(file, 0);
        MongoClient writer = MongoClients.create(first.uri("7tv"))) {
      Seed.apply(writer.getDatabase("7tv"), NOW);
    }
    try (DevMongoServer second = DevMongoServer.onFile(file, 0);
        MongoClient reader = MongoClients.create(second.uri("7tv"))) {
      assertThat(Seed.apply(reader.getDatabase("7tv"), NOW)).isZero();
    }
  }

  private User userOf(DevUser person) {
    return rows(CollectionNames.USERS).stream()
        .map(User::fromBson)
        .filter(
            user -> user.connections().stream().anyMatch(c -> c.platformId().equals(person.id())))
        .findFirst()
        .orElseThrow();
  }

  private Role roleOf(EntitlementNode from) {
    EntitlementNode to =
        rows(CollectionNames.ENTITLEMENT_EDGES).stream()
            .map(EntitlementEdge::fromBson)
            .filter(edge -> edge.from().equals(from))
            .findFirst()
            .orElseThrow()
            .to();
    return rows(CollectionNames.ROLES).stream()
        .map(Role::fromBson)
        .filter(role -> role.id().equals(to.id()))
        .findFirst()
        .orElseThrow();
  }

  private List<BsonDocument> rows(String collection) {
    return database
        .getCollection(collection, BsonDocument.class)
        .find()
        .sort(new BsonDocument("_id", new BsonInt32(1)))
        .into(new ArrayList<>());
  }
}
