package app.seventv.model;

/** Names of the MongoDB collections (data-model.md §6). */
public final class CollectionNames {

  /** The {@code badges} collection. */
  public static final String BADGES = "badges";

  /** The {@code cron_jobs} collection. */
  public static final String CRON_JOBS = "cron_jobs";

  /** The {@code emote_moderation_requests} collection. */
  public static final String EMOTE_MODERATION_REQUESTS = "emote_moderation_requests";

  /** The {@code emote_sets} collection. */
  public static final String EMOTE_SETS = "emote_sets";

  /** The {@code emotes} collection. */
  public static final String EMOTES = "emotes";

  /** The {@code entitlement_edges} collection. */
  public static final String ENTITLEMENT_EDGES = "entitlement_edges";

  /** The audit log. */
  public static final String EVENTS = "events";

  /** The {@code global_config} collection. */
  public static final String GLOBAL_CONFIG = "global_config";

  /** The {@code invoices} collection. */
  public static final String INVOICES = "invoices";

  /** The {@code paints} collection. */
  public static final String PAINTS = "paints";

  /** The {@code products} collection. */
  public static final String PRODUCTS = "products";

  /** The {@code redeem_codes} collection. */
  public static final String REDEEM_CODES = "redeem_codes";

  /** The {@code roles} collection. */
  public static final String ROLES = "roles";

  /** The {@code special_events} collection. */
  public static final String SPECIAL_EVENTS = "special_events";

  /** The {@code stripe_errors} collection. */
  public static final String STRIPE_ERRORS = "stripe_errors";

  /** The {@code subscription_periods} collection. */
  public static final String SUBSCRIPTION_PERIODS = "subscription_periods";

  /** The {@code subscription_products} collection. */
  public static final String SUBSCRIPTION_PRODUCTS = "subscription_products";

  /** The {@code subscriptions} collection. */
  public static final String SUBSCRIPTIONS = "subscriptions";

  /** The {@code ticket_messages} collection. */
  public static final String TICKET_MESSAGES = "ticket_messages";

  /** The {@code tickets} collection. */
  public static final String TICKETS = "tickets";

  /** The {@code user_bans} collection. */
  public static final String USER_BANS = "user_bans";

  /** The {@code user_editors} collection. */
  public static final String USER_EDITORS = "user_editors";

  /** The {@code user_profile_pictures} collection. */
  public static final String USER_PROFILE_PICTURES = "user_profile_pictures";

  /** The {@code user_sessions} collection. */
  public static final String USER_SESSIONS = "user_sessions";

  /** The {@code users} collection. */
  public static final String USERS = "users";

  /** The {@code webhook_events} collection. */
  public static final String WEBHOOK_EVENTS = "webhook_events";

  /** Image-processor jobs, in that service's own database. */
  public static final String JOBS = "jobs";

  private CollectionNames() {}

  /** Leases of the api's mutexes; a collection of our own (decision 0004). */
  public static final String API_LEASES = "api_leases";

  /**
   * Announcements that were committed but not sent yet; a collection of our own (decision 0013).
   */
  public static final String API_OUTBOX = "api_outbox";

  /** Leaderboards; a collection of our own (decision 0004). */
  public static final String API_RANKINGS = "api_rankings";
}
