package app.seventv.changestream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Message ids: the hash is SipHash-1-3 and depends on nothing but the token. */
class MessageIdTest {

  @Test
  void hashesLikeTheReferenceFunction() {
    assertThat(hash("")).isEqualTo("15130871412783076140");
    assertThat(hash("cse_engine_hash_mod_test_bytes1")).isEqualTo("8669533354716427219");
    assertThat(hash("cse_engine_hash_mod_test_bytes2")).isEqualTo("6496951441253214618");
  }

  @Test
  void isTheSameForTheSameToken() {
    String id = MessageId.of(token("82677B8D80000000032B"));
    assertThat(id).matches("[0-9]{1,20}").isEqualTo(MessageId.of(token("82677B8D80000000032B")));
    assertThat(id).isNotEqualTo(MessageId.of(token("82677B8D80000000032C")));
  }

  private static BsonDocument token(String data) {
    return BsonDocument.parse("{_data: '" + data + "'}");
  }

  private static String hash(String text) {
    return Long.toUnsignedString(MessageId.sipHash13(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
