package app.seventv.model.bus;

import app.seventv.model.DocumentException;
import app.seventv.model.Id;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/**
 * MessagePack rendering of stored documents (event-api.md §15.2): ids become ULID strings, dates
 * {@code {"$date":{"$numberLong":"…"}}} maps, integers take their shortest form.
 */
final class MessagePackBson {

  private MessagePackBson() {}

  static byte[] encode(BsonDocument document) {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      pack(packer, document);
      return packer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a packer over memory does no I/O
    }
  }

  private static void pack(MessageBufferPacker packer, BsonValue value) throws IOException {
    switch (value.getBsonType()) {
      case NULL -> packer.packNil();
      case BOOLEAN -> packer.packBoolean(value.asBoolean().getValue());
      case INT32, INT64 -> packer.packLong(value.asNumber().longValue());
      case DOUBLE -> packer.packDouble(value.asDouble().getValue());
      case STRING -> packer.packString(value.asString().getValue());
      case DATE_TIME -> packDate(packer, value.asDateTime().getValue());
      case BINARY -> packBinary(packer, value.asBinary());
      case ARRAY -> {
        packer.packArrayHeader(value.asArray().size());
        for (BsonValue element : value.asArray()) {
          pack(packer, element);
        }
      }
      case DOCUMENT -> {
        packer.packMapHeader(value.asDocument().size());
        for (Map.Entry<String, BsonValue> field : value.asDocument().entrySet()) {
          packer.packString(field.getKey());
          pack(packer, field.getValue());
        }
      }
      default ->
          throw new IllegalArgumentException("no form on the bus for " + value.getBsonType());
    }
  }

  private static void packDate(MessageBufferPacker packer, long ms) throws IOException {
    packer.packMapHeader(1).packString("$date");
    packer.packMapHeader(1).packString("$numberLong").packString(Long.toString(ms));
  }

  private static void packBinary(MessageBufferPacker packer, BsonBinary binary) throws IOException {
    byte[] bytes = binary.getData();
    if (binary.getType() == BsonBinarySubType.UUID_STANDARD.getValue()) {
      packer.packString(Id.fromBytes(bytes).toString());
      return;
    }
    packer.packArrayHeader(bytes.length);
    for (byte b : bytes) {
      packer.packInt(b & 0xFF);
    }
  }

  static BsonDocument decode(byte[] message, int maxDepth) {
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(message)) {
      BsonValue value = unpack(unpacker, message.length, maxDepth);
      if (value instanceof BsonDocument document) {
        return document;
      }
      throw new DocumentException("bus message: expected a map");
    } catch (MessagePackException | IOException e) {
      throw new DocumentException("bus message: malformed MessagePack: " + e.getMessage());
    }
  }

  private static BsonValue unpack(MessageUnpacker unpacker, int length, int depthLeft)
      throws IOException {
    if (depthLeft == 0) {
      throw new DocumentException("bus message: nested too deeply");
    }
    MessageFormat format = unpacker.getNextFormat();
    return switch (format.getValueType()) {
      case NIL -> {
        unpacker.unpackNil();
        yield BsonNull.VALUE;
      }
      case BOOLEAN -> BsonBoolean.valueOf(unpacker.unpackBoolean());
      case INTEGER ->
          format == MessageFormat.UINT64
              ? unpackUnsigned(unpacker)
              : new BsonInt64(unpacker.unpackLong());
      case FLOAT -> new BsonDouble(unpacker.unpackDouble());
      case STRING -> new BsonString(unpacker.unpackString());
      case BINARY -> {
        int size = checkedSize(unpacker, unpacker.unpackBinaryHeader(), length);
        yield new BsonBinary(unpacker.readPayload(size));
      }
      case ARRAY -> unpackArray(unpacker, length, depthLeft);
      case MAP -> unpackMap(unpacker, length, depthLeft);
      case EXTENSION -> {
        unpacker.skipValue();
        yield BsonNull.VALUE;
      }
    };
  }

  /** Numbers of 63 bits and more lose precision: nothing on the bus has them. */
  private static BsonValue unpackUnsigned(MessageUnpacker unpacker) throws IOException {
    BigInteger number = unpacker.unpackBigInteger();
    return number.bitLength() < Long.SIZE
        ? new BsonInt64(number.longValue())
        : new BsonDouble(number.doubleValue());
  }

  private static BsonArray unpackArray(MessageUnpacker unpacker, int length, int depthLeft)
      throws IOException {
    int size = checkedSize(unpacker, unpacker.unpackArrayHeader(), length);
    BsonArray array = new BsonArray(size);
    for (int i = 0; i < size; i++) {
      array.add(unpack(unpacker, length, depthLeft - 1));
    }
    return array;
  }

  private static BsonDocument unpackMap(MessageUnpacker unpacker, int length, int depthLeft)
      throws IOException {
    int size = checkedSize(unpacker, unpacker.unpackMapHeader(), length);
    BsonDocument map = new BsonDocument();
    for (int i = 0; i < size; i++) {
      BsonValue key = unpack(unpacker, length, depthLeft - 1);
      BsonValue value = unpack(unpacker, length, depthLeft - 1);
      if (key instanceof BsonString text) { // other keys are unknown fields
        map.append(text.getValue(), value);
      }
    }
    return map;
  }

  /** Every element takes a byte at least, so a size beyond the message's end is a lie. */
  private static int checkedSize(MessageUnpacker unpacker, int size, int length) {
    if (size > length - unpacker.getTotalReadBytes()) {
      throw new DocumentException("bus message: truncated");
    }
    return size;
  }
}
