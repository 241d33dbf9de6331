package app.seventv.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.common.LoadedUser;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import app.seventv.model.SubscriptionId;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The entitlement graph and what users become by it (data-model.md §8). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntitlementsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Random random = new Random(5);
  private int ranks;
  private DevMongoServer mongo;
  private MongoClient client;
  private Store store;
  private UserLoader users;

  @BeforeAll
  void start() {
    mongo = DevMongoServer.inMemory(0);
    client = MongoClients.create(mongo.uri("7tv"));
    store = new Store(client, "7tv");
    IndexBuilder.createAll(store);
    users = new UserLoader(store, InstantSource.fixed(NOW));
  }

  @AfterAll
  void stop() {
    client.close();
    mongo.close();
  }

  private Id newId() {
    return Id.generate(NOW.toEpochMilli(), random);
  }

  private void put(String collection, Document document) {
    store.collection(collection).insertOne(document.toBson());
  }

  private void edge(
      EntitlementNode from, EntitlementNode to, EntitlementEdge.@Nullable Manager by) {
    put(CollectionNames.ENTITLEMENT_EDGES, new EntitlementEdge(from, to, by));
  }

  private User person() {
    User user = User.create(newId(), List.of(), NOW);
    put(CollectionNames.USERS, user);
    return user;
  }

  private LoadedUser load(User user) {
    return Objects.requireNonNull(users.fullById(user.id()));
  }

  private EntitlementNode role(Permissions permissions, @Nullable Integer color) {
    Id id = newId();
    put(
        CollectionNames.ROLES,
        new Role(
            id, "r", null, List.of(), Id.NIL, permissions, false, color, ranks++, null, NOW, null));
    return EntitlementNode.role(id);
  }

  @Test
  void walksGoThroughCirclesAndEveryKindOfNodeOnce() {
    User user = person();
    EntitlementNode me = EntitlementNode.user(user.id());
    EntitlementNode subscription =
        EntitlementNode.subscription(new SubscriptionId(user.id(), newId()));
    EntitlementNode benefit = EntitlementNode.of(Kind.SUBSCRIPTION_BENEFIT, newId());
    EntitlementNode event = EntitlementNode.of(Kind.SPECIAL_EVENT, newId());
    EntitlementNode product = EntitlementNode.of(Kind.PRODUCT, newId());
    EntitlementNode badge = EntitlementNode.of(Kind.BADGE, newId());
    EntitlementNode beyond = EntitlementNode.of(Kind.PAINT, newId());
    EntitlementNode role = role(Permissions.NONE, null);
    edge(me, subscription, null);
    edge(subscription, benefit, new EntitlementEdge.RedeemCode(newId()));
    edge(benefit, event, null);
    edge(event, product, null);
    edge(product, role, null);
    edge(role, benefit, null); // a circle
    edge(role, badge, null);
    edge(role, badge, new EntitlementEdge.AllCosmetics()); // the same by another manager
    edge(badge, beyond, null); // badges lead nowhere
    LoadedUser loaded = load(user);
    assertThat(loaded.entitlements())
        .containsExactlyInAnyOrder(subscription, benefit, event, product, role, badge)
        .isSorted();
    assertThat(load(person()).entitlements()).isEmpty();
    store
        .collection(CollectionNames.ENTITLEMENT_EDGES)
        .deleteOne(new EntitlementEdge(role, badge, null).toBson());
    assertThat(load(user).entitlements()).as("one of two managers is left").contains(badge);
  }

  @Test
  void rolesMergeByRankAndBansAfterThem() {
    User user = person();
    EntitlementNode me = EntitlementNode.user(user.id());
    EntitlementNode low = role(Permissions.NONE.withAllowed(Permission.Category.EMOTE, 2 | 4), -1);
    EntitlementNode middle = role(Permissions.NONE.withDenied(Permission.Category.EMOTE, 2), 7);
    EntitlementNode high = role(Permissions.NONE.withAllowed(Permission.Category.USER, 2), null);
    for (EntitlementNode role : List.of(high, low, middle)) {
      edge(me, role, null);
    }
    LoadedUser loaded = load(user);
    assertThat(loaded.roleIds()).containsExactly(low.id(), middle.id(), high.id());
    assertThat(loaded.permissions().has(Permission.EMOTE_UPLOAD)).as("denied higher up").isFalse();
    assertThat(loaded.permissions().has(Permission.EMOTE_DELETE)).isTrue();
    assertThat(loaded.highestRoleColor()).as("the highest that has one").isEqualTo(7);
    assertThat(loaded.highestRoleRank()).isEqualTo(ranks - 1);
    assertThat(load(person()).highestRoleRank()).isEqualTo(-1);

    Permissions noLogin = Permissions.NONE.withDenied(Permission.Category.USER, 2);
    Id ban = newId();
    put(
        CollectionNames.USER_BANS,
        new UserBan(
            ban, user.id(), Id.NIL, "x", List.of(), NOW.plusSeconds(1), null, noLogin, NOW, null));
    assertThat(load(user).permissions().has(Permission.USER_LOGIN))
        .as("bans are looked for when the user has some")
        .isTrue();
    set(CollectionNames.USERS, user.id(), "has_bans", true);
    assertThat(load(user).permissions().has(Permission.USER_LOGIN)).isFalse();
    set(CollectionNames.USER_BANS, ban, "removed", new UserBan.Removed(NOW, Id.NIL).toBson());
    assertThat(load(user).permissions().has(Permission.USER_LOGIN)).as("removed").isTrue();
    set(CollectionNames.USER_BANS, ban, "removed", null);
    set(CollectionNames.USER_BANS, ban, "expires_at", new BsonDateTime(NOW.toEpochMilli()));
    assertThat(load(user).permissions().has(Permission.USER_LOGIN)).as("over").isTrue();
  }

  private void set(String collection, Id id, String field, @Nullable Object value) {
    store
        .collection(collection)
        .updateOne(Filters.eq("_id", id.toBson()), Updates.set(field, value));
  }

  @Test
  void everybodyHasWhatTheGroupHasAndSomeHaveAllCosmetics() {
    EntitlementNode paint = EntitlementNode.of(Kind.PAINT, newId());
    EntitlementNode role = role(Permissions.NONE.withAllowed(Permission.Category.TICKET, 2), null);
    edge(EntitlementNode.GLOBAL_GROUP, role, null);
    edge(role, paint, null);
    User user = person();
    assertThat(load(user).entitlements()).containsExactly(role, paint);
    assertThat(users.anonymousPermissions().has(Permission.TICKET_CREATE)).isTrue();

    Id badge = newId();
    store.collection(CollectionNames.BADGES).insertOne(new BsonDocument("_id", badge.toBson()));
    for (EmoteSet.Kind kind : EmoteSet.Kind.values()) {
      put(
          CollectionNames.EMOTE_SETS,
          new EmoteSet(
              newId(),
              kind.name(),
              null,
              List.of(),
              List.of(),
              null,
              null,
              null,
              kind,
              false,
              NOW,
              null));
    }
    set(CollectionNames.USERS, user.id(), "all_cosmetics", true);
    LoadedUser loaded = load(user);
    assertThat(loaded.entitled(Kind.BADGE)).containsExactly(badge);
    assertThat(loaded.entitled(Kind.EMOTE_SET)).as("the special one").hasSize(1);
    set(CollectionNames.USERS, user.id(), "style.active_badge_id", badge.toBson());
    assertThat(load(user).user().style().activeBadgeId()).as("without User.UseBadge").isNull();
    edge(
        EntitlementNode.user(user.id()),
        role(Permissions.NONE.withAllowed(Permission.Category.USER, 32), null),
        null);
    assertThat(load(user).user().style().activeBadgeId()).isEqualTo(badge);

    store
        .collection(CollectionNames.ENTITLEMENT_EDGES)
        .deleteMany(Filters.eq("_id.from", EntitlementNode.GLOBAL_GROUP.toBson()));
  }

  /** The fast way takes what the worker noted, whatever the graph says. */
  @Test
  void listsUseWhatIsNotedOnTheUser() {
    User user = person();
    EntitlementNode noted = role(Permissions.NONE, 5);
    edge(EntitlementNode.user(user.id()), role(Permissions.NONE, 6), null);
    set(CollectionNames.USERS, user.id(), "cached.entitlements", List.of(noted.toBson()));
    User stored = Objects.requireNonNull(store.users().byId(user.id()));
    LoadedUser fast = Objects.requireNonNull(users.fast(List.of(stored)).get(user.id()));
    assertThat(fast.highestRoleColor()).isEqualTo(5);
    assertThat(load(user).highestRoleColor()).isEqualTo(6);
  }
}
