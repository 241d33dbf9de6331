package app.seventv.model;

import static app.seventv.model.CollectionNames.*;
import static app.seventv.model.Index.ascending;

import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonNull;

/**
 * The indexes of the databases: those of data-model.md §7 without the misnamed and useless ones,
 * and with the ones that §17 asks for.
 */
public final class Indexes {

  /** Collections that the search index follows (data-model.md §6). */
  public static final List<String> SEARCHABLE =
      List.of(
          BADGES,
          EMOTE_MODERATION_REQUESTS,
          EMOTE_SETS,
          EMOTES,
          EVENTS,
          INVOICES,
          PAINTS,
          PRODUCTS,
          REDEEM_CODES,
          ROLES,
          SPECIAL_EVENTS,
          SUBSCRIPTION_PERIODS,
          SUBSCRIPTION_PRODUCTS,
          SUBSCRIPTIONS,
          TICKET_MESSAGES,
          TICKETS,
          USER_BANS,
          USER_EDITORS,
          USERS);

  /** So long after its end the row of a lease is removed, and its count of holders with it. */
  public static final long LEASES_KEPT_SECONDS = 24 * 60 * 60;

  /** Indexes of the platform's database. */
  public static final List<Index> PLATFORM = platform();

  /** Indexes of the image processor's own database. */
  public static final List<Index> IMAGE_PROCESSOR =
      List.of(
          ascending(JOBS, "hold_until").thenDescending("priority"),
          ascending(JOBS, "expires_at").expiringAfterSeconds(0));

  private Indexes() {}

  private static List<Index> platform() {
    List<Index> all = new ArrayList<>();
    BsonDocument notIndexed = new BsonDocument("search_updated_at", BsonNull.VALUE);
    for (String collection : SEARCHABLE) {
      all.add(ascending(collection, "search_updated_at"));
      all.add(ascending(collection, "updated_at").where(notIndexed)); // what catch-up looks for
    }
    all.addAll(emotes());
    all.addAll(users());
    all.addAll(billing());
    all.add(ascending(API_LEASES, "expires_at").expiringAfterSeconds(LEASES_KEPT_SECONDS));
    all.add(ascending(API_OUTBOX, "targets", "order"));
    all.add(ascending(API_OUTBOX, "claimed_at"));
    all.add(ascending(CRON_JOBS, "search_updated_at"));
    all.add(ascending(CRON_JOBS, "enabled", "next_run", "held_until"));
    all.add(ascending(ENTITLEMENT_EDGES, "_id.from", "_id.to"));
    all.add(ascending(ENTITLEMENT_EDGES, "_id.to", "_id.from"));
    all.add(ascending(ENTITLEMENT_EDGES, "_id.managed_by"));
    all.add(ascending(PAINTS, "created_by"));
    all.add(ascending(ROLES, "rank").asUnique());
    all.add(ascending(ROLES, "created_by"));
    all.add(ascending(EVENTS, "actor_id"));
    // The activity lists read the log by target, newest first.
    all.add(ascending(EVENTS, "data.target_id").thenDescending("_id"));
    all.add(ascending(EVENTS, "data.target_id.user_id").thenDescending("_id"));
    all.add(ascending(TICKETS, "open", "kind").thenDescending("priority"));
    all.add(ascending(TICKETS, "author_id"));
    all.add(ascending(TICKETS, "members.user_id"));
    all.add(ascending(TICKET_MESSAGES, "ticket_id"));
    all.add(ascending(TICKET_MESSAGES, "user_id"));
    return List.copyOf(all);
  }

  private static List<Index> emotes() {
    return List.of(
        ascending(EMOTES, "owner_id"),
        ascending(EMOTES, "merged.target_id"),
        ascending(EMOTES, "merged.at"),
        ascending(EMOTE_SETS, "emotes.id"),
        ascending(EMOTE_SETS, "emotes.added_by_id"),
        ascending(EMOTE_SETS, "owner_id"),
        ascending(EMOTE_SETS, "origin_config.origins.id"),
        ascending(EMOTE_SETS, "kind"),
        ascending(EMOTE_MODERATION_REQUESTS, "kind", "user_id", "status"),
        ascending(EMOTE_MODERATION_REQUESTS, "kind", "emote_id").asUnique(),
        ascending(EMOTE_MODERATION_REQUESTS, "status", "emote_id"),
        ascending(EMOTE_MODERATION_REQUESTS, "status", "kind").thenDescending("priority"),
        ascending(EMOTE_MODERATION_REQUESTS, "assigned_to"));
  }

  private static List<Index> users() {
    return List.of(
        ascending(USERS, "connections.platform", "connections.platform_id").asUnique().asSparse(),
        ascending(USERS, "connections.platform", "connections.platform_username"),
        ascending(USERS, "cached.active_emotes"),
        ascending(USERS, "cached.entitlements"),
        ascending(USERS, "style.active_emote_set_id"),
        ascending(USER_BANS, "user_id"),
        ascending(USER_EDITORS, "_id.user_id", "_id.editor_id"),
        ascending(USER_EDITORS, "_id.editor_id", "_id.user_id"),
        ascending(USER_PROFILE_PICTURES, "user_id"),
        ascending(USER_SESSIONS, "user_id"),
        ascending(USER_SESSIONS, "expires_at").expiringAfterSeconds(0));
  }

  private static List<Index> billing() {
    return List.of(
        ascending(INVOICES, "user_id"),
        ascending(INVOICES, "paypal_payment_id"),
        ascending(INVOICES, "items"),
        ascending(REDEEM_CODES, "code").asUnique(),
        ascending(SUBSCRIPTIONS, "_id.user_id", "_id.product_id"),
        ascending(SUBSCRIPTION_PERIODS, "subscription_id.user_id", "start", "end"),
        ascending(SUBSCRIPTION_PERIODS, "subscription_id"),
        ascending(SUBSCRIPTION_PERIODS, "product_id"),
        ascending(SUBSCRIPTION_PERIODS, "provider_id"),
        ascending(SUBSCRIPTION_PERIODS, "gifted_by"),
        ascending(SUBSCRIPTION_PRODUCTS, "benefits.id"),
        ascending(WEBHOOK_EVENTS, "expires_at").expiringAfterSeconds(0));
  }
}
