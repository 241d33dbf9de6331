package app.seventv.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.Indexes;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The indexes that the start leaves behind, written out from data-model.md §7 and §17. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndexBuilderTest {
  /** Collection → indexes besides {@code _id}: keys, then options. */
  private static final Map<String, List<String>> EXPECTED = expected();

  private DevMongoServer mongo;
  private MongoClient client;

  @BeforeAll
  void start() {
    mongo = DevMongoServer.inMemory(0);
    client = MongoClients.create(mongo.uri("7tv"));
  }

  @AfterAll
  void stop() {
    client.close();
    mongo.close();
  }

  private static Map<String, List<String>> expected() {
    Map<String, List<String>> all = new TreeMap<>();
    all.put("badges", List.of());
    all.put(
        "emote_moderation_requests",
        List.of(
            "kind:1,user_id:1,status:1",
            "kind:1,emote_id:1 unique",
            "status:1,emote_id:1",
            "status:1,kind:1,priority:-1",
            "assigned_to:1"));
    all.put(
        "emote_sets",
        List.of(
            "emotes.id:1",
            "emotes.added_by_id:1",
            "owner_id:1",
            "origin_config.origins.id:1",
            "kind:1"));
    all.put("emotes", List.of("owner_id:1", "merged.target_id:1", "merged.at:1"));
    all.put(
        "events",
        List.of("actor_id:1", "data.target_id:1,_id:-1", "data.target_id.user_id:1,_id:-1"));
    all.put("invoices", List.of("user_id:1", "paypal_payment_id:1", "items:1"));
    all.put("paints", List.of("created_by:1"));
    all.put("products", List.of());
    all.put("redeem_codes", List.of("code:1 unique"));
    all.put("roles", List.of("rank:1 unique", "created_by:1"));
    all.put("special_events", List.of());
    all.put(
        "subscription_periods",
        List.of(
            "subscription_id.user_id:1,start:1,end:1",
            "subscription_id:1",
            "product_id:1",
            "provider_id:1",
            "gifted_by:1"));
    all.put("subscription_products", List.of("benefits.id:1"));
    all.put("subscriptions", List.of("_id.user_id:1,_id.product_id:1"));
    all.put("ticket_messages", List.of("ticket_id:1", "user_id:1"));
    all.put("tickets", List.of("open:1,kind:1,priority:-1", "author_id:1", "members.user_id:1"));
    all.put("user_bans", List.of("user_id:1"));
    all.put(
        "user_editors", List.of("_id.user_id:1,_id.editor_id:1", "_id.editor_id:1,_id.user_id:1"));
    all.put(
        "users",
        List.of(
            "connections.platform:1,connections.platform_id:1 unique sparse",
            "connections.platform:1,connections.platform_username:1",
            "cached.active_emotes:1",
            "cached.entitlements:1",
            "style.active_emote_set_id:1"));
    all.replaceAll((collection, own) -> {
      List<String> more = new ArrayList<>(own);
      more.add("search_updated_at:1");
      more.add("updated_at:1 where search_updated_at is null");
      return more;
    });
    all.put("cron_jobs", List.of("search_updated_at:1", "enabled:1,next_run:1,held_until:1"));
    all.put(
        "entitlement_edges",
        List.of("_id.from:1,_id.to:1", "_id.to:1,_id.from:1", "_id.managed_by:1"));
    all.put("user_profile_pictures", List.of("user_id:1"));
    all.put("user_sessions", List.of("user_id:1", "expires_at:1 ttl 0"));
    all.put("webhook_events", List.of("expires_at:1 ttl 0"));
    all.put("api_leases", List.of("expires_at:1 ttl 86400"));
    all.put("api_outbox", List.of("targets:1,order:1", "claimed_at:1"));
    return all;
  }

  @Test
  void exactlyTheseExistWithTheirDefaultNames() {
    MongoDatabase database = client.getDatabase("7tv");
    Store store = new Store(client, "7tv");
    IndexBuilder.createAll(store);
    IndexBuilder.createAll(store); // the next start finds them
    assertThat(database.listCollectionNames())
        .containsExactlyInAnyOrderElementsOf(EXPECTED.keySet());
    EXPECTED.forEach((collection, indexes) -> {
      List<String> found = new ArrayList<>();
      for (Document index : database.getCollection(collection).listIndexes()) {
        if (!index.getString("name").equals("_id_")) {
          found.add(describe(index));
          assertThat(index.getString("name")).isEqualTo(defaultName(index));
        }
      }
      assertThat(found).as(collection).containsExactlyInAnyOrderElementsOf(indexes);
    });
  }

  private static String describe(Document index) {
    StringBuilder text = new StringBuilder();
    index
        .get("key", Document.class)
        .forEach((field, direction) ->
            text.append(text.isEmpty() ? "" : ",")
                .append(field)
                .append(':')
                .append(((Number) direction).intValue()));
    text.append(Boolean.TRUE.equals(index.get("unique")) ? " unique" : "");
    text.append(Boolean.TRUE.equals(index.get("sparse")) ? " sparse" : "");
    Object ttl = index.get("expireAfterSeconds");
    text.append(ttl == null ? "" : " ttl " + ((Number) ttl).longValue());
    Document filter = index.get("partialFilterExpression", Document.class);
    if (filter != null) {
      assertThat(filter).containsOnlyKeys("search_updated_at").containsValue(null);
      text.append(" where search_updated_at is null");
    }
    return text.toString();
  }

  private static String defaultName(Document index) {
    StringBuilder name = new StringBuilder();
    index
        .get("key", Document.class)
        .forEach((field, direction) ->
            name.append(name.isEmpty() ? "" : "_")
                .append(field)
                .append('_')
                .append(((Number) direction).intValue()));
    return name.toString();
  }

  @Test
  void anIndexOfAnotherKindDoesNotStopTheStart() {
    MongoDatabase database = client.getDatabase("older");
    BsonDocument rank = new BsonDocument("rank", new BsonInt32(1));
    database.getCollection("roles").createIndex(rank); // not unique
    BsonDocument code = new BsonDocument("another_field", new BsonInt32(1));
    database.getCollection("redeem_codes").createIndex(code, new IndexOptions().name("code_1"));
    BsonDocument expires = new BsonDocument("expires_at", new BsonInt32(1));
    database
        .getCollection("user_sessions")
        .createIndex(expires, new IndexOptions().expireAfter(60L, TimeUnit.SECONDS));
    assertThatCode(() -> IndexBuilder.createAll(new Store(client, "older")))
        .doesNotThrowAnyException();
    long made = 0;
    for (String collection : EXPECTED.keySet()) {
      for (Document index : database.getCollection(collection).listIndexes()) {
        made += index.getString("name").equals("_id_") ? 0 : 1;
      }
    }
    // All others are there: those that follow in the list were not given up.
    assertThat(made).isEqualTo(Indexes.PLATFORM.size());
  }
}
