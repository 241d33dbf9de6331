package app.seventv.searchindex;

import app.seventv.model.CollectionNames;
import app.seventv.model.DocumentException;
import app.seventv.model.DocumentReader;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.SubscriptionId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which documents depend on which (workers.md §5.3). */
final class FanOut implements Indexer {
  private static final Logger LOG = LoggerFactory.getLogger(FanOut.class);
  private static final String ID = "_id";

  private final Store store;
  private final Clock clock;

  FanOut(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Edges have no search document; a new or deleted one concerns whoever it starts from. */
  @Override
  public void index(BsonValue edgeId) throws Exception {
    EntitlementNode from;
    try {
      from =
          DocumentReader.stored(CollectionNames.ENTITLEMENT_EDGES, new BsonDocument(ID, edgeId))
              .nested(ID)
              .document("from", EntitlementNode::read);
    } catch (DocumentException e) {
      throw new PermanentFailure(String.valueOf(e.getMessage()), e);
    }
    ofEdgesFrom(from).forEach(touch -> store.touch(touch, clock.instant()));
  }

  /** Documents that depend on the edges that leave a node. */
  static List<Touch> ofEdgesFrom(EntitlementNode from) {
    List<Touch> touches = new ArrayList<>();
    switch (from.kind()) {
      case USER -> touches.add(byId(CollectionNames.USERS, from));
      case ROLE -> touches.add(byId(CollectionNames.ROLES, from));
      case SPECIAL_EVENT -> touches.add(byId(CollectionNames.SPECIAL_EVENTS, from));
      case PRODUCT -> touches.add(byId(CollectionNames.PRODUCTS, from));
      case SUBSCRIPTION -> touches.add(byId(CollectionNames.SUBSCRIPTIONS, from));
      case SUBSCRIPTION_BENEFIT ->
          touches.add(
              Touch.one(
                  CollectionNames.SUBSCRIPTION_PRODUCTS,
                  new BsonDocument("benefits.id", idOf(from))));
      case GLOBAL_DEFAULT_ENTITLEMENT_GROUP ->
          touches.add(Touch.many(CollectionNames.USERS, new BsonDocument()));
      case BADGE, PAINT, EMOTE_SET -> LOG.warn("an edge starts at a {}", from.kind().tag());
    }
    if (from.kind().hasIncoming() && from.kind().hasOutgoing()) {
      touches.add(usersWith(from));
    }
    return touches;
  }

  /** Users in whose cached entitlements a node is. */
  static Touch usersWith(EntitlementNode node) {
    return Touch.many(
        CollectionNames.USERS, new BsonDocument("cached.entitlements", node.toBson()));
  }

  /** Users who show the emotes of a set. */
  static Touch usersWithActiveSet(BsonValue setId) {
    return Touch.many(CollectionNames.USERS, new BsonDocument("style.active_emote_set_id", setId));
  }

  /** Sets that draw emotes from a set; they have to be drawn again. */
  static Touch setsDrawnFrom(BsonValue setId) {
    return new Touch(
        CollectionNames.EMOTE_SETS,
        new BsonDocument("origin_config.origins.id", setId)
            .append(ID, new BsonDocument("$ne", setId)), // itself: it would never come to rest
        new BsonDocument("origin_config.needs_resync", BsonBoolean.TRUE),
        false);
  }

  private static Touch byId(String collection, EntitlementNode node) {
    return Touch.one(collection, new BsonDocument(ID, idOf(node)));
  }

  private static BsonValue idOf(EntitlementNode node) {
    Id id = node.id();
    SubscriptionId subscription = node.subscriptionId();
    if (subscription != null) {
      return subscription.toBson();
    }
    if (id != null) {
      return id.toBson();
    }
    throw new IllegalArgumentException("a node without id: " + node);
  }
}
