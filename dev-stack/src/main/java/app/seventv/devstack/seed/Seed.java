package app.seventv.devstack.seed;

import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.DocumentWriter;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;

/**
 * Writes the rows without which a new installation does not work (data-model.md §15). Rows that
 * exist are left as they are, so it may run at every start.
 */
public final class Seed {
  private static final Id GLOBAL_EMOTE_SET = Id.parse("01HK153X000000000000000S00");
  private static final Id SUBSCRIPTION_PRODUCT = Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A");

  private final MongoDatabase database;
  private final Instant now;
  private int inserted;

  private Seed(MongoDatabase database, Instant now) {
    this.database = database;
    this.now = now;
  }

  /**
   * Inserts what is missing.
   *
   * @param database the platform's database
   * @param now time of creation of the new rows
   * @return how many rows were missing
   */
  public static int apply(MongoDatabase database, Instant now) {
    Seed seed = new Seed(database, now);
    seed.insertAll();
    return seed.inserted;
  }

  private void insertAll() {
    insert(CollectionNames.EMOTE_SETS, globalSet());
    insert(
        CollectionNames.GLOBAL_CONFIG,
        new GlobalConfig(
            null, GLOBAL_EMOTE_SET, GlobalConfig.DEFAULT_TRENDING_EMOTE_COUNT, Map.of()));
    insert(
        CollectionNames.CRON_JOBS,
        cronJob(0, "Emote Scores Update", "Recomputes emote scores", "emote"));
    insert(
        CollectionNames.CRON_JOBS,
        cronJob(
            1,
            "Subscription Refresh",
            "Recomputes time-based subscription benefits",
            "subscription"));
    SeedRoles.all(now).forEach(role -> insert(CollectionNames.ROLES, role));
    SeedUsers.all(now).forEach(user -> insert(CollectionNames.USERS, user));
    edge(EntitlementNode.GLOBAL_GROUP, SeedRoles.DEFAULT);
    edge(EntitlementNode.user(SeedUsers.ADMIN), SeedRoles.ADMINISTRATOR);
    edge(EntitlementNode.user(SeedUsers.BANNED), SeedRoles.NO_PERMISSIONS);
    insert(CollectionNames.SUBSCRIPTION_PRODUCTS, subscriptionProduct());
  }

  private EmoteSet globalSet() {
    return new EmoteSet(
        GLOBAL_EMOTE_SET,
        "Global Emotes",
        null,
        List.of(),
        List.of(),
        null,
        null,
        null,
        EmoteSet.Kind.GLOBAL,
        false,
        now,
        null);
  }

  private BsonDocument cronJob(int id, String name, String description, String tag) {
    BsonDocument daily =
        new BsonDocument("unit", new BsonString("Days")).append("count", new BsonInt32(1));
    return new DocumentWriter()
        .int32("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", List.of(tag))
        .date("last_run", null)
        .date("next_run", now)
        .value("interval", daily)
        .bool("enabled", true)
        .value("currently_running_by", BsonNull.VALUE)
        .date("held_until", now)
        .date("updated_at", now)
        .date("search_updated_at", null)
        .build();
  }

  private BsonDocument subscriptionProduct() {
    return new DocumentWriter()
        .id("_id", SUBSCRIPTION_PRODUCT)
        .string("provider_id", "prod_dev_subscription")
        .documents(
            "variants",
            List.of(variant("price_dev_monthly", 0, 399), variant("price_dev_yearly", 1, 3_999)))
        .int32("default_variant_idx", 0)
        .string("name", "Subscription")
        .string("description", null)
        .string("default_currency", "EUR")
        .documents("benefits", List.of())
        .date("updated_at", now)
        .date("search_updated_at", null)
        .build();
  }

  /** {@code kind} 0 = a month, 1 = a year; the price is in cents. */
  private static Document variant(String priceId, int kind, long priceCents) {
    BsonDocument stored =
        new DocumentWriter()
            .string("id", priceId)
            .string("paypal_id", null)
            .bool("active", true)
            .int32("kind", kind)
            .value("currency_prices", new BsonDocument("EUR", new BsonInt64(priceCents)))
            .build();
    return () -> stored;
  }

  private void edge(EntitlementNode from, Id role) {
    insert(
        CollectionNames.ENTITLEMENT_EDGES,
        new EntitlementEdge(from, EntitlementNode.role(role), null));
  }

  private void insert(String collection, Document row) {
    insert(collection, row.toBson());
  }

  private void insert(String collection, BsonDocument row) {
    MongoCollection<BsonDocument> rows = database.getCollection(collection, BsonDocument.class);
    if (rows.find(new BsonDocument("_id", row.get("_id"))).first() == null) {
      rows.insertOne(row);
      inserted++;
    }
  }
}
