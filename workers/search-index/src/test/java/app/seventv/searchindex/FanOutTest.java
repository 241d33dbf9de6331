package app.seventv.searchindex;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.SubscriptionId;
import java.util.List;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Whom a change of an edge concerns (workers.md §5.3). */
class FanOutTest {
  private static final Id ID = Id.parse("01HK153X000000000000000A01");
  private static final BsonDocument BY_ID = new BsonDocument("_id", ID.toBson());

  @Test
  void anEdgeFromAUserConcernsTheUser() {
    assertThat(FanOut.ofEdgesFrom(EntitlementNode.user(ID)))
        .containsExactly(Touch.one("users", BY_ID));
  }

  @Test
  void anEdgeFromARoleConcernsItAndItsUsers() {
    EntitlementNode role = EntitlementNode.role(ID);
    assertThat(FanOut.ofEdgesFrom(role))
        .containsExactly(
            Touch.one("roles", BY_ID),
            Touch.many("users", new BsonDocument("cached.entitlements", role.toBson())));
  }

  @Test
  void anEdgeFromABenefitConcernsItsProductAndItsUsers() {
    EntitlementNode benefit = EntitlementNode.of(Kind.SUBSCRIPTION_BENEFIT, ID);
    assertThat(FanOut.ofEdgesFrom(benefit))
        .containsExactly(
            Touch.one("subscription_products", new BsonDocument("benefits.id", ID.toBson())),
            Touch.many("users", new BsonDocument("cached.entitlements", benefit.toBson())));
  }

  @Test
  void anEdgeFromASubscriptionConcernsItByItsWholeId() {
    SubscriptionId id = new SubscriptionId(ID, Id.NIL);
    assertThat(FanOut.ofEdgesFrom(EntitlementNode.subscription(id)))
        .contains(Touch.one("subscriptions", new BsonDocument("_id", id.toBson())));
  }

  @Test
  void anEdgeFromTheGlobalGroupConcernsEverybody() {
    assertThat(FanOut.ofEdgesFrom(EntitlementNode.GLOBAL_GROUP))
        .containsExactly(Touch.many("users", new BsonDocument()));
  }

  @Test
  void anEdgeFromALeafConcernsNobody() {
    for (Kind kind : List.of(Kind.BADGE, Kind.PAINT, Kind.EMOTE_SET)) {
      assertThat(FanOut.ofEdgesFrom(EntitlementNode.of(kind, ID))).isEmpty();
    }
  }
}
