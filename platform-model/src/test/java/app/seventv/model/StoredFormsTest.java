package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonMaxKey;
import org.bson.BsonNull;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of every document: name, order, BSON type and presence, as in stored-forms.txt. */
class StoredFormsTest {
  private static final int SEEDS = 60;
  private static final Map<String, Shape> SHAPES = shapes();
  private static final Map<String, BsonType> PLAIN =
      Map.of(
          "Str", BsonType.STRING,
          "I32", BsonType.INT32,
          "I64", BsonType.INT64,
          "Dbl", BsonType.DOUBLE,
          "Bool", BsonType.BOOLEAN,
          "Date", BsonType.DATE_TIME,
          "ObjectId", BsonType.OBJECT_ID,
          "Null", BsonType.NULL);

  private record Field(String name, String type, char presence) {}

  private record Shape(boolean open, List<Field> fields) {}

  /** How documents of a collection are made and read. */
  record Collection(
      String name, LongFunction<Document> make, Function<BsonDocument, ? extends Document> read) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    List<Field> fields = new ArrayList<>();
    for (String line : Resources.text("documents/stored-forms.txt").lines().toList()) {
      String[] words = line.strip().split(" +", -1);
      if (line.startsWith("  ")) {
        fields.add(new Field(words[0], words[1], words[2].charAt(0)));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        fields = new ArrayList<>();
        shapes.put(words[0], new Shape(words.length > 1, fields));
      }
    }
    return shapes;
  }

  private static Collection of(
      String name, Class<?> type, Function<BsonDocument, ? extends Document> read) {
    return new Collection(name, seed -> (Document) new RecordGenerator(seed).record(type), read);
  }

  static Stream<Collection> collections() {
    return Stream.concat(
        GeneratedDocumentsTest.collections()
            .filter(each -> each.type() != UserSession.class)
            .map(each -> of(each.name(), each.type(), each.read())),
        Stream.of(
            of(CollectionNames.STRIPE_ERRORS, StripeError.class, StripeError::fromBson),
            of(CollectionNames.GLOBAL_CONFIG, GlobalConfig.class, GlobalConfig::fromBson),
            new Collection(CollectionNames.CRON_JOBS, StoredFormsTest::cronJob, CronJob::fromBson),
            new Collection(
                CollectionNames.EVENTS,
                seed -> AuditEvent.fromBson(auditEvent(seed)),
                AuditEvent::fromBson),
            new Collection(
                CollectionNames.USER_SESSIONS, StoredFormsTest::session, UserSession::fromBson),
            new Collection(CollectionNames.JOBS, StoredFormsTest::imageJob, ImageJob::fromBson)));
  }

  private static CronJob cronJob(long seed) {
    BsonDocument job = Resources.bson("documents/cron_jobs.json");
    if (seed % 2 == 0) {
      job.put("description", BsonNull.VALUE);
      job.put("currently_running_by", Id.NIL.toBson());
      job.put("last_run", job.get("next_run"));
      job.put("search_updated_at", job.get("next_run"));
    }
    return CronJob.fromBson(job);
  }

  private static UserSession session(long seed) {
    UserSession made = (UserSession) new RecordGenerator(seed).record(UserSession.class);
    return seed % 2 == 0
        ? made
        : new UserSession(made.id(), made.userId(), made.expiresAt(), made.lastUsedAt());
  }

  private static BsonDocument auditEvent(long seed) {
    BsonDocument event = Resources.bson("documents/events.json");
    if (seed % 2 == 0) {
      event.put("actor_id", BsonNull.VALUE);
      event.put("session_id", Id.NIL.toBson());
      event.put("search_updated_at", event.get("updated_at"));
    }
    return event;
  }

  private static ImageJob imageJob(long seed) {
    boolean full = seed % 2 == 0;
    Instant now = Instant.ofEpochMilli(seed);
    return new ImageJob(
        new ObjectId(),
        seed,
        full ? now : null,
        new BsonBinary(new byte[] {1}),
        full ? now : null,
        full ? new ObjectId() : null);
  }

  /** The shape of a value: that of its tag where there are several. */
  private static Shape shape(String type, BsonDocument value) {
    Shape plain = SHAPES.get(type);
    if (plain != null) {
      return plain;
    }
    String tag = value.getString(value.containsKey("kind") ? "kind" : "type").getValue();
    return Objects.requireNonNull(SHAPES.get(type + ":" + tag), type + ":" + tag);
  }

  private static boolean isShape(String type) {
    return SHAPES.keySet().stream().anyMatch(n -> n.equals(type) || n.startsWith(type + ":"));
  }

  private static String element(String type) {
    return type.substring(type.indexOf('<') + 1, type.length() - 1);
  }

  // --- writing ------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("collections")
  void isWritten(Collection collection) {
    Set<String> empty = new HashSet<>();
    Set<String> filled = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      BsonDocument stored = collection.make().apply(seed).toBson();
      assertShape(collection.name(), stored, collection.name(), empty, filled);
    }
    Shape shape = Objects.requireNonNull(SHAPES.get(collection.name()));
    for (Field field : shape.fields()) {
      String path = collection.name() + "." + field.name();
      assertThat(filled).as("with a value").contains(path);
      if ("NKO".indexOf(field.presence()) >= 0) {
        assertThat(empty).as("without one").contains(path);
      }
    }
  }

  private static void assertShape(
      String type, BsonDocument value, String path, Set<String> empty, Set<String> filled) {
    List<String> expected = new ArrayList<>();
    for (Field field : shape(type, value).fields()) {
      String inner = path + "." + field.name();
      BsonValue found = value.get(field.name());
      if (found != null) {
        expected.add(field.name());
      } else {
        assertThat(field.presence()).as("%s is left out", inner).isEqualTo('O');
      }
      boolean isEmpty = found == null || (found.isNull() && !field.type().equals("Null"));
      (isEmpty ? empty : filled).add(inner);
      if (found != null && isEmpty) {
        assertThat("NK".indexOf(field.presence())).as("%s is null", inner).isNotNegative();
      } else if (found != null) {
        assertType(field.type(), found, inner, empty, filled);
      }
    }
    assertThat(value.keySet()).as(path).containsExactlyElementsOf(expected);
  }

  private static void assertType(
      String type, BsonValue value, String path, Set<String> empty, Set<String> filled) {
    if (type.startsWith("Arr<")) {
      assertThat(value.getBsonType()).as(path).isEqualTo(BsonType.ARRAY);
      value.asArray().forEach(each -> assertType(element(type), each, path, empty, filled));
    } else if (type.startsWith("Map<")) {
      assertThat(value.getBsonType()).as(path).isEqualTo(BsonType.DOCUMENT);
      value
          .asDocument()
          .values()
          .forEach(each -> assertType(element(type), each, path, empty, filled));
    } else if (isShape(type)) {
      assertThat(value.getBsonType()).as(path).isEqualTo(BsonType.DOCUMENT);
      assertShape(type, value.asDocument(), path, empty, filled);
    } else if (type.startsWith("Bin")) {
      BsonBinarySubType subtype =
          type.equals("Bin4") ? BsonBinarySubType.UUID_STANDARD : BsonBinarySubType.BINARY;
      assertThat(value.asBinary().getType()).as(path).isEqualTo(subtype.getValue());
    } else if (!type.equals("Any")) {
      assertThat(value.getBsonType()).as(path).isEqualTo(PLAIN.get(type));
    }
  }

  // --- reading ------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("collections")
  void isRead(Collection collection) {
    for (int seed = 0; seed < SEEDS / 4; seed++) {
      BsonDocument stored = collection.make().apply(seed).toBson();
      mutate(
          collection.name(),
          stored,
          collection.name(),
          () -> assertThat(collection.read().apply(stored)).isNotNull());
    }
  }

  private static void mutate(String type, BsonDocument value, String path, Runnable read) {
    Shape shape = shape(type, value);
    Map<String, BsonValue> untouched = new LinkedHashMap<>(value);
    Consumer<Runnable> changed =
        change -> {
          value.clear();
          value.putAll(untouched);
          change.run();
        };
    changed.accept(() -> value.put("surprise", BsonNull.VALUE));
    assertReads(shape.open(), path + ".surprise", read);
    for (Field field : shape.fields()) {
      String inner = path + "." + field.name();
      if (field.type().equals("Null") || !untouched.containsKey(field.name())) {
        continue;
      }
      changed.accept(() -> value.remove(field.name()));
      assertReads("NOD".indexOf(field.presence()) >= 0, inner + " absent", read);
      if ("RNK".indexOf(field.presence()) >= 0) {
        changed.accept(() -> value.put(field.name(), BsonNull.VALUE));
        assertReads(field.presence() != 'R', inner + " null", read);
      }
      changed.accept(() -> value.put(field.name(), new BsonMaxKey()));
      assertReads(false, inner + " of another type", read);
      changed.accept(() -> {});
      within(field.type(), Objects.requireNonNull(value.get(field.name())), inner, read);
    }
    changed.accept(() -> {});
  }

  private static void within(String type, BsonValue value, String path, Runnable read) {
    if (type.startsWith("Arr<")) {
      value.asArray().forEach(each -> within(element(type), each, path, read));
    } else if (value.isDocument() && isShape(type)) {
      mutate(type, value.asDocument(), path, read);
    }
  }

  private static void assertReads(boolean good, String what, Runnable read) {
    Throwable thrown = catchThrowable(read::run);
    if (good) {
      assertThat(thrown).as(what).isNull();
    } else {
      assertThat(thrown).as(what).isInstanceOf(DocumentException.class);
    }
  }
}
