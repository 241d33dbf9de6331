package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import java.util.function.Function;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;

/** The example documents of the specification, and what readers must refuse. */
class DocumentsTest {

  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private static void assertRoundTrip(
      String collection, Function<BsonDocument, ? extends Document> read) {
    BsonDocument stored = Resources.bson("documents/" + collection + ".json");
    assertByteEqual(read.apply(stored).toBson(), stored);
  }

  private static void assertByteEqual(BsonDocument actual, BsonDocument expected) {
    assertThat(actual.toJson()).isEqualTo(expected.toJson());
    assertThat(bytes(actual)).isEqualTo(bytes(expected));
  }

  private static byte[] bytes(BsonDocument document) {
    java.nio.ByteBuffer buffer = new RawBsonDocument(document, CODEC).getByteBuffer().asNIO();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static BsonDocument changed(String collection, Consumer<BsonDocument> change) {
    BsonDocument document = Resources.bson("documents/" + collection + ".json");
    change.accept(document);
    return document;
  }

  @Test
  void examplesRoundTripToTheByte() {
    assertRoundTrip("emotes", Emote::fromBson);
    assertRoundTrip("emote_sets", EmoteSet::fromBson);
    assertRoundTrip("users", User::fromBson);
    assertRoundTrip("roles", Role::fromBson);
    assertRoundTrip("entitlement_edges", EntitlementEdge::fromBson);
    assertRoundTrip("cron_jobs", CronJob::fromBson);
    assertRoundTrip("events", AuditEvent::fromBson);
  }

  @Test
  void aPendingImageRoundTrips() {
    BsonDocument stored =
        changed(
            "emotes",
            emote ->
                emote.put(
                    "image_set",
                    BsonDocument.parse(
                        """
                        {"input": {"type": "pending", "task_id": "t", "path": "p",
                          "mime": "image/gif", "size": {"$numberLong": "7"}}, "outputs": []}\
                        """)));
    Emote emote = Emote.fromBson(stored);
    assertThat(emote.imageSet().isPending()).isTrue();
    assertByteEqual(emote.toBson(), stored);
  }

  @Test
  void anOriginConfigRoundTrips() {
    BsonDocument stored =
        changed(
            "emote_sets",
            set ->
                set.put(
                    "origin_config",
                    BsonDocument.parse(
                        """
                        {"origins": [{"id": ID, "limit": {"count": {"$numberLong": "5"}},
                            "transformations": [
                              {"type": "exclude", "emote": {"type": "Id", "value": ID}},
                              {"type": "rename", "old_alias": "a", "new_alias": "b"}]},
                            {"id": ID, "limit": null, "transformations": []}],
                          "limit": {"$numberLong": "9"},
                          "purge": [{"type": "Alias", "value": "x"}],
                          "auto_resync": true, "needs_resync": false,
                          "error": {"type": "CycleDetected", "value": "why"}}\
                        """
                            .replace(
                                "ID",
                                "{\"$binary\": {\"base64\": \"AAAAAAAAAAAAAAAAAAAAAA==\", \"subType\": \"04\"}}"))));
    assertByteEqual(EmoteSet.fromBson(stored).toBson(), stored);
  }

  @Test
  void integersAreWidenedAndNarrowed() {
    BsonDocument stored =
        changed(
            "emotes",
            emote -> {
              emote.put("flags", new BsonInt64(65));
              emote.put("aspect_ratio", new BsonInt32(2));
              emote.getDocument("scores").put("top_daily", new BsonDouble(3.0));
            });
    Emote emote = Emote.fromBson(stored);
    assertThat(emote.flags()).isEqualTo(65);
    assertThat(emote.aspectRatio()).isEqualTo(2.0);
    assertThat(emote.scores().topDaily()).isEqualTo(3);
  }

  @Test
  void strictDocumentsRefuseUnknownFieldsAndOpenOnesDoNot() {
    assertThatThrownBy(
            () -> Emote.fromBson(changed("emotes", e -> e.put("surprise", BsonNull.VALUE))))
        .isInstanceOf(DocumentException.class)
        .hasMessage(
            "emotes 01JGMQCS1S5JVDHQCZ8QREW4AQ: surprise: unknown field in a strict document");
    assertThat(User.fromBson(changed("users", u -> u.put("surprise", BsonNull.VALUE))).email())
        .isNull();
  }

  @Test
  void nullDatesMustBePresent() {
    assertThat(
            Emote.fromBson(changed("emotes", e -> e.put("search_updated_at", BsonNull.VALUE)))
                .searchUpdatedAt())
        .isNull();
    assertThatThrownBy(() -> Emote.fromBson(changed("emotes", e -> e.remove("search_updated_at"))))
        .hasMessageEndingWith("search_updated_at: missing");
  }

  @Test
  void optionalFieldsMayBeAbsent() {
    assertThat(Emote.fromBson(changed("emotes", e -> e.remove("merged"))).merged()).isNull();
    User user =
        User.fromBson(
            changed(
                "users",
                u -> {
                  u.remove("all_cosmetics");
                  u.getDocument("cached").remove("entitlements");
                  u.getDocument("cached").remove("active_emotes");
                }));
    assertThat(user.allCosmetics()).isFalse();
    assertThat(user.cached().entitlements()).isEmpty();
    assertThat(user.cached().activeEmotes()).isEmpty();
  }

  @Test
  void errorsNameTheFieldsPath() {
    assertThatThrownBy(() ->
            Emote.fromBson(
                changed(
                    "emotes",
                    e ->
                        e.getDocument("image_set")
                            .getArray("outputs")
                            .get(0)
                            .asDocument()
                            .put("size", new BsonString("secret")))))
        .hasMessage(
            "emotes 01JGMQCS1S5JVDHQCZ8QREW4AQ: image_set.outputs[0].size:"
                + " expected an integer, got string");
    assertThatThrownBy(
            () -> Emote.fromBson(changed("emotes", e -> e.put("flags", new BsonInt64(1L << 31)))))
        .hasMessageEndingWith("flags: 2147483648 does not fit 32 bits");
    assertThatThrownBy(() -> Emote.fromBson(changed("emotes", e -> e.put("tags", BsonNull.VALUE))))
        .hasMessageEndingWith("tags: must not be null");
    assertThatThrownBy(
            () -> EmoteSet.fromBson(changed("emote_sets", e -> e.put("kind", new BsonInt32(4)))))
        .hasMessageEndingWith("kind: unknown code 4");
  }

  @Test
  void onlyBinarySubtype4IsAnId() {
    byte[] bytes = Id.parse("01JGMQCS1S5JVDHQCZ8QREW4AQ").toBytes();
    for (BsonBinary wrong :
        new BsonBinary[] {
          new BsonBinary(BsonBinarySubType.UUID_LEGACY, bytes),
          new BsonBinary(BsonBinarySubType.BINARY, bytes)
        }) {
      assertThatThrownBy(() -> Emote.fromBson(changed("emotes", e -> e.put("_id", wrong))))
          .hasMessage(
              "emotes: _id: expected an id (binary subtype 4, 16 bytes), got binary subtype "
                  + wrong.getType());
    }
  }

  @Test
  void anEdgeWithoutManagerWritesNullExplicitly() {
    EntitlementEdge edge =
        new EntitlementEdge(EntitlementNode.GLOBAL_GROUP, EntitlementNode.role(Id.NIL), null);
    assertThat(edge.idToBson().keySet()).containsExactly("from", "to", "managed_by");
    assertThat(edge.idToBson().get("managed_by")).isEqualTo(BsonNull.VALUE);
  }

  @Test
  void auditEventsGiveTheirTargetAndDetails() {
    AuditEvent event = AuditEvent.fromBson(Resources.bson("documents/events.json"));
    assertThat(event.data().kind()).isEqualTo("emote_set");
    assertThat(event.data().targetId()).hasToString("01JGSW671SEZN4VHYB2M36MC7R");
    assertThat(event.data().action()).isEqualTo("add_emote");
    assertThat(event.data().fieldsReader().string("alias")).isEqualTo("wave");
  }
}
