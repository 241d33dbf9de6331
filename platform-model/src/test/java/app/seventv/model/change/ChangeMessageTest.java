package app.seventv.model.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** The body of a change notification, written and read (workers.md §3.2). */
class ChangeMessageTest {
  private static final String BODY =
      """
      {"_id":{"_data":"82677B8D80000000032B"},"operationType":"update",\
      "ns":{"db":"7tv","coll":"emotes"},"to":null,\
      "documentKey":{"_id":{"$binary":{"base64":"AZQpdmQ5LLbY3Z9F8O4RVw==","subType":"04"}}},\
      "updateDescription":{"updatedFields":{"default_name":"waveCat",\
      "updated_at":{"$date":{"$numberLong":"1736150400005"}},"search_updated_at":null},\
      "removedFields":[],"truncatedArrays":[]},\
      "clusterTime":{"$timestamp":{"t":1736150400,"i":3}},\
      "wallTime":{"$date":{"$numberLong":"1736150400006"}},\
      "fullDocument":null,"fullDocumentBeforeChange":null}\
      """;

  @Test
  void writesAllKeysInOrder() {
    assertThat(text(ChangeEventJson.write(BsonDocument.parse(BODY)))).isEqualTo(BODY);
  }

  @Test
  void writesMissingPartsAsNullAndUnknownPartsNot() {
    BsonDocument event =
        BsonDocument.parse("{_id: {_data: '01'}, operationType: 'dropDatabase', lsid: 1}");
    assertThat(text(ChangeEventJson.write(event)))
        .isEqualTo(
            """
            {"_id":{"_data":"01"},"operationType":"dropDatabase","ns":null,"to":null,\
            "documentKey":null,"updateDescription":null,"clusterTime":null,"wallTime":null,\
            "fullDocument":null,"fullDocumentBeforeChange":null}\
            """);
  }

  @Test
  void writesEveryKindOfValue() {
    BsonDocument event =
        BsonDocument.parse(
            """
            {fullDocument: {i: 1, l: NumberLong("9007199254740993"), d: 1.5, whole: 2.0,
             nan: NaN, t: true, bytes: BinData(0, "AP8="), oid: ObjectId("0123456789abcdef01234567"),
             list: [null, "x"], none: null, re: /a+/i}}\
            """);
    assertThat(text(ChangeEventJson.write(event)))
        .contains(
            """
            "fullDocument":{"i":1,"l":9007199254740993,"d":1.5,"whole":2.0,"nan":null,"t":true,\
            "bytes":[0,255],"oid":{"$oid":"0123456789abcdef01234567"},"list":[null,"x"],\
            "none":null,"re":{"$regularExpression":{"pattern":"a+","options":"i"}}}\
            """);
  }

  @Test
  void leavesContentOutOnRequest() {
    BsonDocument event = BsonDocument.parse(BODY);
    assertThat(text(ChangeEventJson.writeWithoutContent(event)))
        .contains("\"updateDescription\":null", "\"documentKey\":{\"_id\":{\"$binary\"");
  }

  @Test
  void readsWhatItWrote() {
    ChangeMessage message = ChangeMessage.parse(BODY);
    assertThat(message.operation()).isEqualTo(ChangeOperation.UPDATE);
    assertThat(message.documentId())
        .isEqualTo(
            new BsonBinary((byte) 4, Base64.getDecoder().decode("AZQpdmQ5LLbY3Z9F8O4RVw==")));
    assertThat(message.wallTime()).isEqualTo(Instant.ofEpochMilli(1_736_150_400_006L));
  }

  @Test
  void readsRelaxedTimes() {
    ChangeMessage message =
        ChangeMessage.parse(
            """
            {"operationType":"delete","documentKey":{"_id":1},
             "wallTime":{"$date":"2025-01-06T08:00:00.006Z"}}\
            """);
    assertThat(message.wallTime()).isEqualTo(Instant.ofEpochMilli(1_736_150_400_006L));
  }

  @Test
  void readsMessagesWithoutDocument() {
    ChangeMessage message =
        ChangeMessage.parse(text(ChangeEventJson.writeInvalidation("7tv", "emotes")));
    assertThat(message).isEqualTo(new ChangeMessage(ChangeOperation.INVALIDATE, null, null));
  }

  @Test
  void refusesWhatIsNoEvent() {
    for (String text :
        new String[] {"", "x", "[1]", "{", "{\"operationType\":7}", "{\"a\":{\"$date\":\"x\"}}"}) {
      assertThatThrownBy(() -> ChangeMessage.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void namesTheStreamAfterThePrefix() {
    assertThat(ChangeStreamNames.stream("seventv")).isEqualTo("seventv::MongoChangeStream");
    assertThat(ChangeStreamNames.stream("a.b--")).isEqualTo("a_b::MongoChangeStream");
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
