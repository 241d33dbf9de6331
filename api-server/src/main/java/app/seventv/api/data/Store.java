package app.seventv.api.data;

import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.Product;
import app.seventv.model.RedeemCode;
import app.seventv.model.Role;
import app.seventv.model.SpecialEvent;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.Ticket;
import app.seventv.model.TicketMessage;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import app.seventv.model.UserProfilePicture;
import app.seventv.model.UserSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.jspecify.annotations.Nullable;

/** The document store: one repository per collection that the API reads. */
public final class Store {
  private final MongoClient client;
  private final MongoDatabase database;
  private final Repository<User> users;
  private final Repository<Emote> emotes;
  private final Repository<EmoteSet> emoteSets;
  private final Repository<Role> roles;
  private final Repository<Badge> badges;
  private final Repository<Paint> paints;
  private final Repository<EmoteModerationRequest> moderationRequests;
  private final Repository<UserSession> sessions;
  private final Repository<UserBan> bans;
  private final Repository<Ticket> tickets;
  private final Repository<TicketMessage> ticketMessages;
  private final Repository<SubscriptionProduct> subscriptionProducts;
  private final Repository<Product> products;
  private final Repository<SubscriptionPeriod> periods;
  private final Repository<RedeemCode> redeemCodes;
  private final Repository<SpecialEvent> specialEvents;
  private final Repository<UserProfilePicture> profilePictures;

  /**
   * @param database name of the platform's database
   */
  public Store(MongoClient client, String database) {
    this.client = client;
    this.database = client.getDatabase(database);
    this.users = shown(CollectionNames.USERS, User::fromBson, User::id);
    this.emotes = shown(CollectionNames.EMOTES, Emote::fromBson, Emote::id);
    this.emoteSets = shown(CollectionNames.EMOTE_SETS, EmoteSet::fromBson, EmoteSet::id);
    this.badges = shown(CollectionNames.BADGES, Badge::fromBson, Badge::id);
    this.paints = shown(CollectionNames.PAINTS, Paint::fromBson, Paint::id);
    this.moderationRequests =
        repository(
            CollectionNames.EMOTE_MODERATION_REQUESTS,
            EmoteModerationRequest::fromBson,
            EmoteModerationRequest::id);
    this.roles = repository(CollectionNames.ROLES, Role::fromBson, Role::id);
    this.sessions =
        repository(CollectionNames.USER_SESSIONS, UserSession::fromBson, UserSession::id);
    this.bans = repository(CollectionNames.USER_BANS, UserBan::fromBson, UserBan::id);
    this.tickets = repository(CollectionNames.TICKETS, Ticket::fromBson, Ticket::id);
    this.ticketMessages =
        repository(CollectionNames.TICKET_MESSAGES, TicketMessage::fromBson, TicketMessage::id);
    this.subscriptionProducts =
        repository(
            CollectionNames.SUBSCRIPTION_PRODUCTS,
            SubscriptionProduct::fromBson,
            SubscriptionProduct::id);
    this.products = repository(CollectionNames.PRODUCTS, Product::fromBson, Product::id);
    this.periods =
        repository(
            CollectionNames.SUBSCRIPTION_PERIODS,
            SubscriptionPeriod::fromBson,
            SubscriptionPeriod::id);
    this.redeemCodes =
        repository(CollectionNames.REDEEM_CODES, RedeemCode::fromBson, RedeemCode::id);
    this.specialEvents =
        repository(CollectionNames.SPECIAL_EVENTS, SpecialEvent::fromBson, SpecialEvent::id);
    this.profilePictures =
        repository(
            CollectionNames.USER_PROFILE_PICTURES,
            UserProfilePicture::fromBson,
            UserProfilePicture::id);
  }

  public MongoClient client() {
    return client;
  }

  /** Raw access to a collection, by its name in {@link CollectionNames}. */
  public MongoCollection<BsonDocument> collection(String name) {
    return database.getCollection(name, BsonDocument.class);
  }

  public MongoDatabase database() {
    return database;
  }

  public Repository<User> users() {
    return users;
  }

  public Repository<Emote> emotes() {
    return emotes;
  }

  public Repository<EmoteSet> emoteSets() {
    return emoteSets;
  }

  public Repository<Badge> badges() {
    return badges;
  }

  public Repository<Paint> paints() {
    return paints;
  }

  public Repository<EmoteModerationRequest> moderationRequests() {
    return moderationRequests;
  }

  public Repository<Role> roles() {
    return roles;
  }

  public Repository<UserSession> sessions() {
    return sessions;
  }

  public Repository<UserProfilePicture> profilePictures() {
    return profilePictures;
  }

  public Repository<UserBan> bans() {
    return bans;
  }

  public Repository<Ticket> tickets() {
    return tickets;
  }

  public Repository<TicketMessage> ticketMessages() {
    return ticketMessages;
  }

  public Repository<SubscriptionProduct> subscriptionProducts() {
    return subscriptionProducts;
  }

  public Repository<Product> products() {
    return products;
  }

  public Repository<SubscriptionPeriod> periods() {
    return periods;
  }

  public Repository<RedeemCode> redeemCodes() {
    return redeemCodes;
  }

  public Repository<SpecialEvent> specialEvents() {
    return specialEvents;
  }

  /** The single row of site-wide settings, or null before seeding. */
  public @Nullable GlobalConfig globalConfig() {
    BsonDocument found =
        collection(CollectionNames.GLOBAL_CONFIG)
            .find(new BsonDocument("_id", BsonNull.VALUE))
            .first();
    return found == null ? null : GlobalConfig.fromBson(found);
  }

  private <T> Repository<T> repository(
      String name, Function<BsonDocument, T> read, Function<T, Id> id) {
    return new Repository<>(collection(name), read, id, false);
  }

  /** What is shown in lists, and decides nothing. */
  private <T> Repository<T> shown(String name, Function<BsonDocument, T> read, Function<T, Id> id) {
    return new Repository<>(collection(name), read, id, true);
  }
}
