package app.seventv.changestream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The {@code Nats-Msg-Id} of an event: SipHash-1-3 with a zero key over the resume token's JSON
 * value (workers.md §2.4), so that two publishers of the same change give the same id and JetStream
 * keeps one. Values are fed to the hash as today's publisher feeds them: a type number and a length
 * of 8 bytes each, texts followed by 0xFF.
 */
final class MessageId {
  private static final long JSON_STRING = 3;
  private static final long JSON_OBJECT = 5;
  private static final byte END_OF_TEXT = (byte) 0xff;

  private MessageId() {}

  /** The id of the event with this resume token, an unsigned decimal number. */
  static String of(BsonDocument token) {
    Map<String, String> members = new TreeMap<>();
    token.forEach((key, value) -> members.put(key, text(value)));
    int size = 16;
    for (Map.Entry<String, String> member : members.entrySet()) {
      size += 10 + utf8(member.getKey()).length + utf8(member.getValue()).length;
    }
    ByteBuffer input = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    input.putLong(JSON_OBJECT).putLong(members.size());
    members.forEach((key, value) ->
        input
            .put(utf8(key))
            .put(END_OF_TEXT)
            .putLong(JSON_STRING)
            .put(utf8(value))
            .put(END_OF_TEXT));
    return Long.toUnsignedString(sipHash13(input.array()));
  }

  /** Servers since 4.2 send one text; whatever else may come is hashed by its printed form. */
  private static String text(BsonValue value) {
    return value instanceof BsonString string ? string.getValue() : value.toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** SipHash with one compression and three finalization rounds and a key of zero. */
  static long sipHash13(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    SipState state = new SipState();
    while (in.remaining() >= Long.BYTES) {
      state.compress(in.getLong());
    }
    long last = (long) input.length << 56;
    for (int shift = 0; in.hasRemaining(); shift += Byte.SIZE) {
      last |= (in.get() & 0xffL) << shift;
    }
    state.compress(last);
    return state.finish();
  }

  private static final class SipState {
    private long v0 = 0x736f6d6570736575L;
    private long v1 = 0x646f72616e646f6dL;
    private long v2 = 0x6c7967656e657261L;
    private long v3 = 0x7465646279746573L;

    void compress(long word) {
      v3 ^= word;
      round();
      v0 ^= word;
    }

    long finish() {
      v2 ^= 0xff;
      round();
      round();
      round();
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
