package app.seventv.model.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.AuditEvent;
import app.seventv.model.DocumentException;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Resources;
import app.seventv.model.topic.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Event-api.md §15, against its example messages. */
class BusEncodingTest {

  private static final String ADD = "events/nats-emote-set-add.json";
  private static final String PRESENCE = "events/nats-user-presence.json";

  /** Independent of the code under test: plain JSON to MessagePack. */
  private static byte[] messagePack(JsonNode json) {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      pack(packer, json);
      return packer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pack(MessageBufferPacker packer, JsonNode json) throws IOException {
    if (json.isNull()) {
      packer.packNil();
    } else if (json.isBoolean()) {
      packer.packBoolean(json.booleanValue());
    } else if (json.isIntegralNumber()) {
      packer.packLong(json.longValue());
    } else if (json.isNumber()) {
      packer.packDouble(json.doubleValue());
    } else if (json.isString()) {
      packer.packString(json.stringValue());
    } else if (json.isArray()) {
      packer.packArrayHeader(json.size());
      for (JsonNode element : json) {
        pack(packer, element);
      }
    } else {
      packer.packMapHeader(json.size());
      for (var field : json.properties()) {
        packer.packString(field.getKey());
        pack(packer, field.getValue());
      }
    }
  }

  private static ObjectNode message(String file) {
    return (ObjectNode) Resources.json(file).get("messagepack_as_json");
  }

  private static BusEncoding.Decoded decodeChanged(String file, Consumer<ObjectNode> change) {
    ObjectNode message = message(file);
    change.accept(message);
    return BusEncoding.decode(messagePack(message));
  }

  private static ObjectNode event(ObjectNode message) {
    return (ObjectNode) message.get("events").get(0);
  }

  @Test
  void hexVectorsAreExactBothWays() {
    JsonNode vectors = Resources.json("events/nats-hex-vectors.json").get("vectors");
    assertThat(vectors).hasSize(2);
    for (JsonNode vector : vectors) {
      byte[] bytes = HexFormat.of().parseHex(vector.get("hex").asString());
      BusEncoding.Decoded decoded = BusEncoding.decode(bytes);
      assertThat(decoded.rejected()).isEmpty();
      assertThat(decoded.batch().events()).hasSize(vector.at("/messagepack_as_json/events").size());
      assertThat(BusEncoding.encode(decoded.batch())).isEqualTo(bytes);
    }
  }

  @Test
  void exampleMessagesAreExactBothWays() {
    for (String file : new String[] {ADD, PRESENCE}) {
      byte[] bytes = messagePack(message(file));
      assertThat(bytes).hasSize(Resources.json(file).get("messagepack_bytes").intValue());
      BusEncoding.Decoded decoded = BusEncoding.decode(bytes);
      assertThat(decoded.rejected()).isEmpty();
      assertThat(decoded.unknown()).isZero();
      assertThat(BusEncoding.encode(decoded.batch())).as(file).isEqualTo(bytes);
    }
  }

  @Test
  void anAddedEmoteIsTyped() {
    BusEvent event = decodeChanged(ADD, m -> {}).batch().events().getFirst();
    assertThat(event.sessionId()).isEqualTo(Id.parse("01KBCS3GW0BXAK062GRPHRZNA7"));
    assertThat(event.timestamp()).isEqualTo(Instant.parse("2025-12-01T12:01:01.234567891Z"));
    EntityEvent.OfEmoteSet data = (EntityEvent.OfEmoteSet) event.data();
    assertThat(data.after().kind()).isEqualTo(EmoteSet.Kind.NORMAL);
    EmoteSetChange.AddEmote add = (EmoteSetChange.AddEmote) data.change();
    assertThat(add.entry().alias()).isEqualTo("catJAM");
    assertThat(add.emote().imageSet().outputs()).hasSize(12);
  }

  @Test
  void theAuditRowKeepsIdsOnly() {
    BusEvent event = decodeChanged(ADD, m -> {}).batch().events().getFirst();
    AuditEvent audit = Objects.requireNonNull(event.toAudit(new Random(1)));
    assertThat(audit.id().timeMs()).isEqualTo(event.timestamp().toEpochMilli());
    assertThat(audit.actorId()).isEqualTo(Id.parse("01H5XXK1A1G7KYHRJXJG7DJ13N"));
    assertThat(audit.data().kind()).isEqualTo("emote_set");
    assertThat(audit.data().targetId()).isEqualTo(Id.parse("01HNGZE63V1HEAD8X4A1JH69RE"));
    assertThat(audit.data().action()).isEqualTo("add_emote");
    assertThat(audit.data().fields().keySet()).containsExactly("emote_id", "alias");
    assertThat(AuditEvent.fromBson(audit.toBson()).data()).isEqualTo(audit.data());

    BusEvent presence = decodeChanged(PRESENCE, m -> {}).batch().events().getFirst();
    assertThat(presence.toAudit(new Random(1))).isNull();
  }

  @Test
  void aPresenceIsTyped() {
    BusEvent event = decodeChanged(PRESENCE, m -> {}).batch().events().getFirst();
    UserPresence presence = (UserPresence) event.data();
    assertThat(presence.channel())
        .isEqualTo(new Channel(Channel.StreamPlatform.TWITCH, "123456789"));
    assertThat(presence.personalEmoteSets().getFirst().emoteOwners())
        .containsOnlyKeys(Id.parse("01GWKWV8ME2R00K6AGV0VFCXEC"));
  }

  @Test
  void unknownFieldsAreIgnored() {
    BusEncoding.Decoded decoded =
        decodeChanged(
            ADD,
            m -> {
              m.put("new", 1);
              event(m).put("new", 1);
              ((ObjectNode) event(m).at("/data/after")).putObject("new").put("x", 1.5);
              ((ObjectNode) event(m).at("/data/data/data/emote")).putArray("new").add("y");
            });
    assertThat(decoded.batch().events()).hasSize(1);
    assertThat(BusEncoding.encode(decoded.batch())).isEqualTo(messagePack(message(ADD)));
  }

  @Test
  void unknownKindsAreSkippedAndCounted() {
    BusEncoding.Decoded decoded =
        decodeChanged(
            ADD,
            m -> {
              ArrayNode events = (ArrayNode) m.get("events");
              ObjectNode unknownKind = event(m).deepCopy();
              ((ObjectNode) unknownKind.get("data")).put("kind", "moon_phase");
              ObjectNode unknownChange = event(m).deepCopy();
              ((ObjectNode) unknownChange.at("/data/data")).put("kind", "shuffle");
              events.insert(0, unknownKind);
              events.add(unknownChange);
            });
    assertThat(decoded.unknown()).isEqualTo(2);
    assertThat(decoded.rejected()).isEmpty();
    assertThat(decoded.batch().events()).hasSize(1);
  }

  @Test
  void aBadEventLosesOnlyItself() {
    BusEncoding.Decoded decoded =
        decodeChanged(
            ADD,
            m -> {
              ArrayNode events = (ArrayNode) m.get("events");
              ObjectNode bad = event(m).deepCopy();
              ((ObjectNode) bad.at("/data/after")).put("_id", "not an id");
              events.insert(0, bad);
              events.add("nonsense");
            });
    assertThat(decoded.batch().events()).hasSize(1);
    assertThat(decoded.rejected())
        .extracting(Throwable::getMessage)
        .containsExactly(
            "bus event: data.after._id: expected an id, got string", "bus event: expected a map");
  }

  @Test
  void datesMayBeRfc3339() {
    BusEncoding.Decoded decoded =
        decodeChanged(
            ADD,
            m ->
                ((ObjectNode) event(m).at("/data/after/updated_at"))
                    .put("$date", "2025-12-01T12:01:01Z"));
    EntityEvent.OfEmoteSet data =
        (EntityEvent.OfEmoteSet) decoded.batch().events().getFirst().data();
    assertThat(data.after().updatedAt()).isEqualTo(Instant.parse("2025-12-01T12:01:01Z"));
  }

  @Test
  void everyTruncationIsRefusedCleanly() {
    byte[] bytes = messagePack(message(ADD));
    for (int length = 0; length < bytes.length; length += 7) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> BusEncoding.decode(cut)).isInstanceOf(DocumentException.class);
    }
  }

  @Test
  void damagedMessagesThrowNothingElse() {
    byte[] good = messagePack(message(ADD));
    Random random = new Random(11);
    int read = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] bad = good.clone();
      for (int flips = 0; flips < 3; flips++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        BusEncoding.decode(bad);
        read++;
      } catch (DocumentException expected) {
        assertThat(expected).hasMessageStartingWith("bus message");
      }
    }
    assertThat(read).isPositive();
  }

  @Test
  void limitsHold() {
    assertThatThrownBy(() -> BusEncoding.decode(new byte[BusEncoding.MAX_MESSAGE_BYTES + 1]))
        .hasMessageContaining("larger than 8388608 bytes");
    byte[] deep = new byte[100];
    Arrays.fill(deep, (byte) 0x91); // a list in a list in a list …
    assertThatThrownBy(() -> BusEncoding.decode(deep)).hasMessageContaining("nested too deeply");
    byte[] hugeArray = {(byte) 0xDD, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
    assertThatThrownBy(() -> BusEncoding.decode(hugeArray)).hasMessageContaining("truncated");
    byte[] hugeBinary = {(byte) 0xC6, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
    assertThatThrownBy(() -> BusEncoding.decode(hugeBinary)).hasMessageContaining("truncated");
    byte[] hugeText = {(byte) 0xDB, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 'x'};
    assertThatThrownBy(() -> BusEncoding.decode(hugeText)).isInstanceOf(DocumentException.class);
    assertThatThrownBy(() -> BusEncoding.decode(new byte[] {(byte) 0x80}))
        .hasMessageContaining("events: expected an array");
  }

  @Test
  void everyOtherChangeRoundTrips() {
    for (BusEvent event : SampleEvents.all()) {
      BusBatch batch = new BusBatch(List.of(event), event.timestamp());
      BusEncoding.Decoded decoded = BusEncoding.decode(BusEncoding.encode(batch));
      assertThat(decoded.rejected()).isEmpty();
      assertThat(decoded.batch()).isEqualTo(batch);
      assertThat(event.toAudit(new Random(1))).isNotNull();
    }
  }
}
