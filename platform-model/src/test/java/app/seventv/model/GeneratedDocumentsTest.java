package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Documents of every collection, made from seeds: what is written is read again as the same record
 * and written again as the same bytes; ids have the form that drivers agree on; and a field that
 * nobody knows is refused by strict documents and passed over by open ones (data-model.md §3).
 */
class GeneratedDocumentsTest {
  private static final int SEEDS = 200;
  private static final int UUID_SUBTYPE = BsonBinarySubType.UUID_STANDARD.getValue();

  /**
   * A collection.
   *
   * @param open whether unknown fields are passed over
   */
  record Collection(
      String name, Class<?> type, Function<BsonDocument, ? extends Document> read, boolean open) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Collection strict(
      String name, Class<?> type, Function<BsonDocument, ? extends Document> read) {
    return new Collection(name, type, read, false);
  }

  private static Collection open(
      String name, Class<?> type, Function<BsonDocument, ? extends Document> read) {
    return new Collection(name, type, read, true);
  }

  static Stream<Collection> collections() {
    return Stream.of(
        strict(CollectionNames.BADGES, Badge.class, Badge::fromBson),
        strict(
            CollectionNames.EMOTE_MODERATION_REQUESTS,
            EmoteModerationRequest.class,
            EmoteModerationRequest::fromBson),
        strict(CollectionNames.EMOTE_SETS, EmoteSet.class, EmoteSet::fromBson),
        strict(CollectionNames.EMOTES, Emote.class, Emote::fromBson),
        strict(CollectionNames.ENTITLEMENT_EDGES, EntitlementEdge.class, EntitlementEdge::fromBson),
        strict(CollectionNames.INVOICES, Invoice.class, Invoice::fromBson),
        strict(CollectionNames.PAINTS, Paint.class, Paint::fromBson),
        strict(CollectionNames.PRODUCTS, Product.class, Product::fromBson),
        strict(CollectionNames.REDEEM_CODES, RedeemCode.class, RedeemCode::fromBson),
        strict(CollectionNames.ROLES, Role.class, Role::fromBson),
        strict(CollectionNames.SPECIAL_EVENTS, SpecialEvent.class, SpecialEvent::fromBson),
        strict(
            CollectionNames.SUBSCRIPTION_PERIODS,
            SubscriptionPeriod.class,
            SubscriptionPeriod::fromBson),
        strict(
            CollectionNames.SUBSCRIPTION_PRODUCTS,
            SubscriptionProduct.class,
            SubscriptionProduct::fromBson),
        strict(CollectionNames.SUBSCRIPTIONS, Subscription.class, Subscription::fromBson),
        strict(CollectionNames.TICKET_MESSAGES, TicketMessage.class, TicketMessage::fromBson),
        strict(CollectionNames.TICKETS, Ticket.class, Ticket::fromBson),
        open(CollectionNames.USER_BANS, UserBan.class, UserBan::fromBson),
        strict(CollectionNames.USER_EDITORS, UserEditor.class, UserEditor::fromBson),
        strict(
            CollectionNames.USER_PROFILE_PICTURES,
            UserProfilePicture.class,
            UserProfilePicture::fromBson),
        strict(CollectionNames.USER_SESSIONS, UserSession.class, UserSession::fromBson),
        open(CollectionNames.USERS, User.class, User::fromBson),
        strict(CollectionNames.WEBHOOK_EVENTS, WebhookEvent.class, WebhookEvent::fromBson));
  }

  @ParameterizedTest
  @MethodSource("collections")
  void whatIsWrittenIsReadAndWrittenTheSame(Collection collection) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Document made = (Document) new RecordGenerator(seed).record(collection.type());
      BsonDocument stored = made.toBson();
      Document read = collection.read().apply(stored);
      assertThat(read).as("seed %d", seed).isEqualTo(made);
      assertThat(read.toBson().toJson()).as("seed %d", seed).isEqualTo(stored.toJson());
      assertIds(stored);
    }
  }

  @ParameterizedTest
  @MethodSource("collections")
  void fieldsThatNobodyKnowsAreRefusedOrPassedOver(Collection collection) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Document made = (Document) new RecordGenerator(seed).record(collection.type());
      BsonDocument stored = made.toBson().append("from_the_future", new BsonInt32(1));
      if (collection.open()) {
        assertThat(collection.read().apply(stored)).as("seed %d", seed).isEqualTo(made);
      } else {
        assertThatThrownBy(() -> collection.read().apply(stored))
            .as("seed %d", seed)
            .isInstanceOf(DocumentException.class)
            .hasMessageContaining("from_the_future");
      }
    }
  }

  /** Undecoded documents are read where they lie; nobody sees a difference. */
  @ParameterizedTest
  @MethodSource("collections")
  void undecodedDocumentsAreReadTheSame(Collection collection) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Document made = (Document) new RecordGenerator(seed).record(collection.type());
      BsonDocument stored = made.toBson();
      Document read = collection.read().apply(undecoded(stored));
      assertThat(read).as("seed %d", seed).isEqualTo(made);
      assertThat(read.toBson().toJson()).as("seed %d", seed).isEqualTo(stored.toJson());
    }
  }

  /**
   * A field is lost, doubled under another name, moved to the end, or gets a value of any type, in
   * the document itself or in one within it: both ways say the same of it, word for word.
   */
  @ParameterizedTest
  @MethodSource("collections")
  void undecodedDocumentsThatAreNotAsTheyShouldBeGiveTheSameErrors(Collection collection) {
    int refused = 0;
    Random random = new Random(collection.name().hashCode()); // close seeds begin alike
    for (int seed = 0; seed < SEEDS; seed++) {
      BsonDocument stored =
          ((Document) new RecordGenerator(seed).record(collection.type())).toBson();
      DocumentDamage.apply(stored, random);
      String expected = outcome(collection, stored);
      assertThat(outcome(collection, undecoded(stored)))
          .as("seed %d: %s", seed, stored.toJson())
          .isEqualTo(expected);
      refused += expected.startsWith("refused") ? 1 : 0;
    }
    assertThat(refused).as("the damage is worth its name").isGreaterThan(SEEDS / 20);
  }

  private static String outcome(Collection collection, BsonDocument stored) {
    try {
      return collection.read().apply(stored).toBson().toJson();
    } catch (DocumentException e) {
      return "refused: " + e.getMessage();
    }
  }

  private static RawBsonDocument undecoded(BsonDocument document) {
    return new RawBsonDocument(document, new BsonDocumentCodec());
  }

  /** Every binary value is an id of 16 bytes with subtype 4. */
  private static void assertIds(BsonValue value) {
    if (value.isBinary()) {
      assertThat(value.asBinary().getType()).isEqualTo((byte) UUID_SUBTYPE);
      assertThat(value.asBinary().getData()).hasSize(16);
    } else if (value.isDocument()) {
      value.asDocument().values().forEach(GeneratedDocumentsTest::assertIds);
    } else if (value.isArray()) {
      value.asArray().forEach(GeneratedDocumentsTest::assertIds);
    }
  }
}
