package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class IdTest {

  private static final String TEXT = "01JA2B3C4D5E6F7G8H9JAKBMCN";
  private static final Id ID = Id.parse(TEXT);

  @Test
  void vectorsOfTheSpecification() {
    assertThat(HexFormat.of().formatHex(ID.toBytes()))
        .isEqualTo("019284b1b08d2b8cf3c1114c9535d195");
    assertThat(ID.toUuid()).hasToString("019284b1-b08d-2b8c-f3c1-114c9535d195");
    assertThat(ID.timeMs()).isEqualTo(1728803090573L);
    assertThat(ID).hasToString(TEXT);
    assertThat(java.util.Base64.getEncoder().encodeToString(ID.toBson().getData()))
        .isEqualTo("AZKEsbCNK4zzwRFMlTXRlQ==");
    assertThat(ID.toBson().getType()).isEqualTo((byte) 4);

    Id max = Id.parse("7" + "Z".repeat(25));
    assertThat(max).isEqualTo(new Id(-1, -1)).hasToString("7" + "Z".repeat(25));
    assertThat(max.timeMs()).isEqualTo(Id.MAX_TIME_MS);

    assertThat(Id.parse("0".repeat(26))).isEqualTo(Id.NIL);
    assertThat(Id.NIL.isNil()).isTrue();
    assertThat(Id.NIL).hasToString("0".repeat(26));
  }

  @Test
  void acceptsEveryTextForm() {
    List<String> forms =
        List.of(
            TEXT,
            TEXT.toLowerCase(java.util.Locale.ROOT),
            "019284b1-b08d-2b8c-f3c1-114c9535d195",
            "019284B1-B08D-2B8C-F3C1-114C9535D195",
            "019284b1b08d2b8cf3c1114c9535d195");
    assertThat(forms).allSatisfy(form -> assertThat(Id.parse(form)).isEqualTo(ID));
  }

  @Test
  void rejectsEverythingElse() {
    List<String> bad =
        List.of(
            "",
            "1",
            "8" + "0".repeat(25), // more than 128 bits
            "Z" + "0".repeat(25),
            "01JA2B3C4D5E6F7G8H9JAKBMCI", // no aliases for I, L, O
            "01JA2B3C4D5E6F7G8H9JAKBMCL",
            "01JA2B3C4D5E6F7G8H9JAKBMCO",
            "01JA2B3C4D5E6F7G8H9JAKBMCU",
            "01JA2B3C4D5E6F7G8H9JAKBMC\u00e9",
            "019284b1b08d2b8cf3c1114c9535d19g",
            "+19284b1b08d2b8cf3c1114c9535d195",
            "019284b1-b08d-2b8c-f3c1-114c9535d1-5",
            "019284b1-b08d-2b8c-f3c1114c-9535d195",
            "65f0a1b2c3d4e5f60123456x",
            "65f0a1b2c3d4e5f6012345678");
    assertThat(bad).allSatisfy(text -> assertThat(Id.parseOrNull(text)).isNull());
    assertThatThrownBy(() -> Id.parse("nonsense"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"nonsense\"");
    assertThatThrownBy(() -> Id.parse("x".repeat(10_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(120));
    assertThatThrownBy(() -> Id.fromBytes(new byte[15])).hasMessageContaining("15");
  }

  @Test
  void mapsLegacyObjectIdsBothWays() {
    Id id = Id.parse("65f0a1b2c3d4e5f601234567");
    assertThat(id).hasToString("01HRSZF7TG000C7N75YR0J6HB7");
    assertThat(HexFormat.of().formatHex(id.toBytes()))
        .isEqualTo("018e33f79f500000c3d4e5f601234567");
    ObjectId legacy = new ObjectId("65f0a1b2c3d4e5f601234567");
    assertThat(id.toObjectId()).isEqualTo(legacy);
    assertThat(Id.fromObjectId(legacy)).isEqualTo(id);

    assertThat(ID.toObjectId()).as("time is no whole second").isNull();
    assertThat(new Id(5_000L << 16 | 1, 0).toObjectId()).as("random exceeds 64 bits").isNull();
    assertThat(new Id(4_294_967_296_000L << 16, 0).toObjectId()).as("beyond 2106").isNull();
  }

  @Test
  void mapsTheLegacyIdsOfTheVectorFile() {
    JsonNode vectors = Resources.json("events/id-and-topic-key-vectors.json");
    assertThat(vectors.get("legacy_id_to_ulid")).hasSize(4);
    for (JsonNode vector : vectors.get("legacy_id_to_ulid")) {
      Id id = Id.parse(vector.get("legacy").asString());
      assertThat(id).hasToString(vector.get("ulid").asString());
      assertThat(id.toObjectId()).isEqualTo(new ObjectId(vector.get("legacy").asString()));
    }
  }

  @Test
  void ordersAsUnsignedNumbers() {
    List<Id> sorted =
        List.of(Id.NIL, new Id(0, 1), new Id(0, -1), new Id(1, 0), new Id(-1, 0), new Id(-1, -1));
    List<Id> shuffled = new java.util.ArrayList<>(sorted);
    java.util.Collections.shuffle(shuffled, new Random(7));
    assertThat(shuffled.stream().sorted()).containsExactlyElementsOf(sorted);
  }

  @Test
  void everyFormRoundTrips() {
    Random random = new Random(42);
    for (int i = 0; i < 1_000; i++) {
      Id id = Id.generate(random.nextLong(Id.MAX_TIME_MS + 1), random);
      assertThat(Id.parse(id.toString())).isEqualTo(id);
      assertThat(Id.fromBytes(id.toBytes())).isEqualTo(id);
      assertThat(Id.fromUuid(id.toUuid())).isEqualTo(id);
      assertThat(UUID.fromString(id.toUuid().toString())).isEqualTo(id.toUuid());
      Id other = Id.generate(random.nextLong(Id.MAX_TIME_MS + 1), random);
      assertThat(Integer.signum(id.compareTo(other)))
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(id.toBytes(), other.toBytes())))
          .isEqualTo(Integer.signum(id.toString().compareTo(other.toString())));
    }
  }

  @Test
  void generationTakesTimeAndRandomness() {
    Id id = Id.generate(1728803090573L, new Random(1));
    assertThat(id.timeMs()).isEqualTo(1728803090573L);
    assertThat(id).isEqualTo(Id.generate(1728803090573L, new Random(1)));
    assertThat(id).isNotEqualTo(Id.generate(1728803090573L, new Random(2)));
    assertThatThrownBy(() -> Id.generate(-1, new Random(1))).hasMessageContaining("-1 ms");
    assertThatThrownBy(() -> Id.generate(Id.MAX_TIME_MS + 1, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
