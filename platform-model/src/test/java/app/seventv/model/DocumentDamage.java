package app.seventv.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/** Makes a document wrong in one place, as a newer release or a broken tool may have written it. */
final class DocumentDamage {
  private DocumentDamage() {}

  /** Changes one field of the document or of one within it. */
  static void apply(BsonDocument document, Random random) {
    List<BsonDocument> all = new ArrayList<>();
    collect(document, all);
    all.removeIf(BsonDocument::isEmpty);
    BsonDocument one = all.get(random.nextInt(all.size()));
    List<String> names = List.copyOf(one.keySet());
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(4)) {
      case 0 -> one.remove(name);
      case 1 -> one.append(name + "_too", new BsonInt32(1));
      case 2 -> {
        BsonValue value = one.get(name);
        one.remove(name);
        one.append(name, value);
      }
      default -> one.put(name, any(random));
    }
  }

  private static void collect(BsonValue value, List<BsonDocument> into) {
    if (value instanceof BsonDocument document) {
      into.add(document);
      document.values().forEach(each -> collect(each, into));
    } else if (value instanceof BsonArray array) {
      array.forEach(each -> collect(each, into));
    }
  }

  private static BsonValue any(Random random) {
    List<BsonValue> values =
        List.of(
            BsonNull.VALUE,
            new BsonUndefined(),
            new BsonMinKey(),
            new BsonMaxKey(),
            new BsonInt32(random.nextInt()),
            new BsonInt64(random.nextLong()),
            new BsonDouble(random.nextInt(100)),
            new BsonDouble(random.nextDouble()),
            new BsonDecimal128(new Decimal128(7)),
            BsonBoolean.TRUE,
            new BsonString("t\u00e9xt"),
            new BsonString(""),
            new BsonDateTime(random.nextLong()),
            new BsonTimestamp(1, 2),
            new BsonBinary(new byte[16]),
            new BsonBinary((byte) 4, new byte[15]),
            new BsonObjectId(new ObjectId("61f0a1b2c3d4e5f607182930")),
            new BsonRegularExpression("a", "i"),
            new BsonJavaScript("x"),
            new BsonArray(),
            new BsonArray(List.of(new BsonInt32(1), BsonNull.VALUE)),
            new BsonArray(List.of(new BsonString("a"), new BsonInt32(1))),
            new BsonDocument(),
            new BsonDocument("a", new BsonInt32(1)));
    return values.get(random.nextInt(values.size()));
  }
}
