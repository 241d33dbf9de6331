package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An API with signed-in people, short ways to put documents into it, and an ear on the bus. */
final class World implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final AtomicInteger RANKS = new AtomicInteger(100);

  final TestApi api;
  final String admin;
  final String streamer;
  final String editor;
  final String viewer;
  private final Connection nats;
  private final Subscription bus;
  private final Random random = new Random(7);

  World(Path folder) throws Exception {
    this(folder, "");
  }

  World(Path folder, String settings) throws Exception {
    this(folder, settings, UnaryOperator.identity());
  }

  /**
   * @param way as {@link TestApi} takes it
   */
  World(Path folder, String settings, UnaryOperator<String> way) throws Exception {
    api = new TestApi(folder, settings, way);
    admin = api.login(DevUser.ADMIN);
    streamer = api.login(DevUser.STREAMER);
    editor = api.login(DevUser.EDITOR);
    viewer = api.login(DevUser.VIEWER);
    nats = Nats.connect(api.nats.uri());
    bus = nats.subscribe(BusBatch.SUBJECT);
    nats.flush(Duration.ofSeconds(5));
  }

  /** A fresh id. */
  Id newId() {
    return Id.generate(System.currentTimeMillis(), random);
  }

  Id idOf(DevUser person) {
    BsonDocument found =
        Objects.requireNonNull(
            collection(CollectionNames.USERS)
                .find(Filters.eq("connections.platform_id", person.id()))
                .first());
    return Id.fromBytes(found.getBinary("_id").getData());
  }

  User user(DevUser person) {
    return User.fromBson(require(CollectionNames.USERS, idOf(person)));
  }

  MongoCollection<BsonDocument> collection(String name) {
    return api.database.getCollection(name, BsonDocument.class);
  }

  @Nullable BsonDocument find(String collection, Id id) {
    return collection(collection).find(Filters.eq("_id", id.toBson())).first();
  }

  BsonDocument require(String collection, Id id) {
    return Objects.requireNonNull(find(collection, id));
  }

  <T extends Document> T put(String collection, T document) {
    collection(collection).insertOne(document.toBson());
    return document;
  }

  /** Somebody who has never been here. */
  User person(String platformId, Platform platform) {
    return put(
        CollectionNames.USERS,
        User.create(
            newId(),
            List.of(
                new User.Connection(
                    platform, platformId, "p" + platformId, "P", null, NOW, NOW, true)),
            NOW));
  }

  /** A live emote of somebody. */
  Emote emote(DevUser owner, String name) {
    return emote(owner, name, 0);
  }

  Emote emote(DevUser owner, String name, int flags) {
    Id id = newId();
    Image image = new Image("emote/" + id + "/1x.webp", "image/webp", 1, 100, 32, 32, 1);
    return put(
        CollectionNames.EMOTES,
        new Emote(
            id,
            idOf(owner),
            name,
            List.of(),
            new ImageSet(new ImageSet.Processed(image), List.of(image)),
            flags,
            1,
            List.of(),
            null,
            Emote.Scores.ZERO,
            false,
            NOW,
            null));
  }

  Emote emote(Id id) {
    return Emote.fromBson(require(CollectionNames.EMOTES, id));
  }

  EmoteSet set(@Nullable DevUser owner, EmoteSet.Kind kind) {
    return put(
        CollectionNames.EMOTE_SETS,
        new EmoteSet(
            newId(),
            "A set",
            null,
            List.of(),
            List.of(),
            10,
            owner == null ? null : idOf(owner),
            null,
            kind,
            false,
            NOW,
            null));
  }

  EmoteSet set(Id id) {
    return EmoteSet.fromBson(require(CollectionNames.EMOTE_SETS, id));
  }

  /** A role with some permissions. */
  Role role(Permission... allowed) {
    Permissions permissions = Permissions.NONE;
    for (Permission permission : allowed) {
      permissions = permissions.withAllowed(permission.category(), permission.bit());
    }
    return put(
        CollectionNames.ROLES,
        new Role(
            newId(),
            "A role",
            null,
            List.of(),
            idOf(DevUser.ADMIN),
            permissions,
            false,
            null,
            RANKS.incrementAndGet(),
            null,
            NOW,
            null));
  }

  /** Gives somebody permissions; close to take them away again. */
  Grant grant(DevUser person, Permission... permissions) {
    Role role = role(permissions);
    entitle(person, EntitlementNode.role(role.id()));
    return () ->
        collection(CollectionNames.ENTITLEMENT_EDGES)
            .deleteMany(Filters.eq("_id.to", EntitlementNode.role(role.id()).toBson()));
  }

  /** Permissions that end. */
  interface Grant extends AutoCloseable {
    @Override
    void close();
  }

  void entitle(DevUser person, EntitlementNode to) {
    put(
        CollectionNames.ENTITLEMENT_EDGES,
        new EntitlementEdge(EntitlementNode.user(idOf(person)), to, null));
  }

  void setUser(DevUser person, String field, @Nullable Object value) {
    collection(CollectionNames.USERS)
        .updateOne(Filters.eq("_id", idOf(person).toBson()), Updates.set(field, value));
  }

  /** Runs a v3 document that must succeed and returns its data. */
  JsonNode ok(@Nullable String token, String query, @Nullable Object... variables)
      throws Exception {
    JsonNode answer = api.v3(token, query, map(variables));
    assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    return answer.path("data");
  }

  /** Runs a v3 document that must fail, and compares status and code: {@code 403 X}. */
  void refused(String expected, @Nullable String token, String query, @Nullable Object... variables)
      throws Exception {
    JsonNode answer = api.v3(token, query, map(variables));
    JsonNode extensions = answer.at("/errors/0/extensions");
    assertThat(extensions.path("status").asInt() + " " + extensions.path("code").asString(""))
        .as(answer.toString())
        .isEqualTo(expected);
  }

  /** Runs a v3 document whose arguments must be refused before anything is done. */
  void invalid(@Nullable String token, String query, @Nullable Object... variables)
      throws Exception {
    JsonNode answer = api.v3(token, query, map(variables));
    assertThat(answer.at("/errors/0/message").asString("")).as(answer.toString()).isNotEmpty();
    assertThat(answer.at("/errors/0").has("extensions")).as(answer.toString()).isFalse();
  }

  /** Runs a v4 document that must succeed and returns its data. */
  JsonNode ok4(@Nullable String token, String query, @Nullable Object... variables)
      throws Exception {
    JsonNode answer = api.v4(token, query, map(variables));
    assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    return answer.path("data");
  }

  /** Runs a v4 document that must fail, and compares status and code: {@code 403 X}. */
  void refused4(
      String expected, @Nullable String token, String query, @Nullable Object... variables)
      throws Exception {
    JsonNode answer = api.v4(token, query, map(variables));
    JsonNode extensions = answer.at("/errors/0/extensions");
    assertThat(extensions.path("status").asInt() + " " + extensions.path("code").asString(""))
        .as(answer.toString())
        .isEqualTo(expected);
  }

  /** Runs a v4 document whose arguments must be refused before anything is done. */
  void invalid4(@Nullable String token, String query, @Nullable Object... variables)
      throws Exception {
    JsonNode answer = api.v4(token, query, map(variables));
    assertThat(answer.at("/errors/0/message").asString("")).as(answer.toString()).isNotEmpty();
    assertThat(answer.at("/errors/0").has("extensions")).as(answer.toString()).isFalse();
  }

  private static Map<String, @Nullable Object> map(@Nullable Object... pairs) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      @Nullable Object value = pairs[i + 1];
      map.put(String.valueOf(pairs[i]), value instanceof Id id ? id.toString() : value);
    }
    return map;
  }

  /** Forgets what was announced so far. */
  void forgetEvents() throws Exception {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> collection(CollectionNames.API_OUTBOX).countDocuments() == 0);
    nats.flush(Duration.ofSeconds(5));
    while (bus.nextMessage(Duration.ofMillis(20)) != null) {
      // older announcements
    }
  }

  /** The next batch on the bus, as {@code kind.change} of each event; every event is readable. */
  List<String> nextEvents() throws Exception {
    return kinds(nextBatch());
  }

  /** The events of a batch, each as {@code kind.change}. */
  static List<String> kinds(BusBatch batch) {
    List<String> kinds = new ArrayList<>();
    for (BusEvent event : batch.events()) {
      EntityEvent entity = (EntityEvent) event.data();
      kinds.add(entity.kind() + "." + entity.change().kind());
    }
    return kinds;
  }

  BusBatch nextBatch() throws Exception {
    Message message = bus.nextMessage(Duration.ofSeconds(10));
    assertThat(message).as("an announcement").isNotNull();
    BusEncoding.Decoded decoded = BusEncoding.decode(message.getData());
    assertThat(decoded.rejected()).isEmpty();
    assertThat(decoded.unknown()).isZero();
    return decoded.batch();
  }

  /** Whether the audit log has a row of an action on an object. */
  boolean audited(Id target, String action) {
    return collection(CollectionNames.EVENTS)
            .countDocuments(
                Filters.and(
                    Filters.eq("data.target_id", target.toBson()),
                    Filters.eq("data.data.kind", action)))
        > 0;
  }

  @Override
  public void close() throws IOException {
    try {
      nats.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    api.close();
  }

  /** Changes a document as another service would. */
  void update(String collection, Id id, Bson change) {
    collection(collection).updateOne(Filters.eq("_id", id.toBson()), change);
  }

  /** What {@code GET} of a path answers with 200. */
  String text(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = api.get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  /** The same as JSON. */
  JsonNode read(String path) throws IOException, InterruptedException {
    return TestApi.JSON.readTree(text(path));
  }

  /** Sends a request, as somebody and with JSON if there are any. */
  HttpResponse<String> call(
      @Nullable String token, String method, String path, @Nullable String json)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.uri(path))
            .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
    if (json != null) {
      request.header("content-type", "application/json");
    }
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return api.send(request);
  }
}
