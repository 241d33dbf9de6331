package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

/** Documents of which the specification has no example: they read back what they wrote. */
class OtherDocumentsTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_736_000_000_123L);
  private static final Id ID = Id.generate(1_736_000_000_123L, new Random(1));
  private static final Id OTHER = Id.generate(1_736_000_000_124L, new Random(2));
  private static final ImageSet IMAGES =
      new ImageSet(
          new ImageSet.Processed(new Image("in.png", "image/png", 1, 9, 8, 7, 1)), List.of());

  @Test
  void badgesAndPaints() {
    Badge badge = new Badge(ID, "b", null, List.of("t"), IMAGES, OTHER, NOW, null);
    assertThat(Badge.fromBson(badge.toBson())).isEqualTo(badge);

    List<Paint.Stop> stops = List.of(new Paint.Stop(0.5, 0xFF0000FF));
    Paint paint =
        new Paint(
            ID,
            "p",
            "d",
            List.of(),
            new Paint.Data(
                List.of(
                    new Paint.Layer(ID, new Paint.SingleColor(-1), 1.0),
                    new Paint.Layer(ID, new Paint.LinearGradient(90, true, stops), 0.5),
                    new Paint.Layer(
                        ID, new Paint.RadialGradient(false, stops, Paint.Shape.CIRCLE), 0.5),
                    new Paint.Layer(ID, new Paint.ImageFill(IMAGES), 0.5)),
                List.of(new Paint.Shadow(1, 2.0, 3.0, 4.0))),
            OTHER,
            NOW,
            NOW);
    assertThat(Paint.fromBson(paint.toBson())).isEqualTo(paint);
    assertThat(paint.toBson().getDocument("data").getArray("layers").get(0).asDocument().get("ty"))
        .isEqualTo(BsonDocument.parse("{type: 'single_color', data: -1}"));
  }

  @Test
  void subscriptionProducts() {
    SubscriptionProduct product =
        new SubscriptionProduct(
            ID,
            "prod_1",
            List.of(
                new SubscriptionProduct.Variant(
                    "price_1",
                    null,
                    true,
                    SubscriptionProduct.VariantKind.YEARLY,
                    Map.of("usd", 999L))),
            0,
            "Sub",
            null,
            "usd",
            List.of(
                new SubscriptionProduct.Benefit(
                    ID, "month", new SubscriptionProduct.After(new UnitCount(UnitCount.MONTHS, 1))),
                new SubscriptionProduct.Benefit(
                    OTHER, "event", new SubscriptionProduct.Within(new TimePeriod(NOW, NOW)))),
            NOW,
            null);
    assertThat(SubscriptionProduct.fromBson(product.toBson())).isEqualTo(product);
  }

  @Test
  void documentsAboutUsers() {
    UserBan ban =
        new UserBan(
            ID,
            OTHER,
            ID,
            "why",
            List.of(),
            NOW,
            new UserBan.Removed(NOW, OTHER),
            Permissions.NONE.withDenied(Permission.Category.USER, 2),
            NOW,
            null);
    assertThat(UserBan.fromBson(ban.toBson())).isEqualTo(ban);

    UserEditor editor =
        new UserEditor(
            ID,
            OTHER,
            UserEditor.State.ACCEPTED,
            "n",
            new EditorPermissions(2, 0, 32),
            ID,
            NOW,
            NOW,
            null);
    assertThat(UserEditor.fromBson(editor.toBson())).isEqualTo(editor);
    assertThat(editor.toBson().getDocument("_id").keySet()).containsExactly("user_id", "editor_id");
    assertThat(editor.toBson().getDocument("permissions").keySet())
        .containsExactly("emote_set", "user");

    UserSession session =
        new UserSession(ID, OTHER, NOW, NOW, new BsonDocument("a", new BsonString("b")));
    assertThat(UserSession.fromBson(session.toBson())).isEqualTo(session);
    UserSession plain = new UserSession(ID, OTHER, NOW, NOW);
    assertThat(plain.toBson()).doesNotContainKey("extensions");
    assertThat(UserSession.fromBson(plain.toBson())).isEqualTo(plain);

    UserProfilePicture picture = new UserProfilePicture(ID, OTHER, IMAGES, NOW);
    assertThat(UserProfilePicture.fromBson(picture.toBson())).isEqualTo(picture);

    User user =
        User.create(
            ID,
            List.of(new User.Connection(Platform.KICK, "1", "a", "A", null, NOW, NOW, true)),
            NOW);
    assertThat(User.fromBson(user.toBson())).isEqualTo(user);
    assertThat(user.toString()).doesNotContain("Connection");
  }

  @Test
  void moderationRequestsConfigAndJobs() {
    EmoteModerationRequest request =
        new EmoteModerationRequest(
            ID,
            OTHER,
            EmoteModerationRequest.Kind.PERSONAL_USE,
            null,
            ID,
            EmoteModerationRequest.Status.DENIED,
            "DE",
            List.of(OTHER),
            3,
            NOW,
            null);
    assertThat(EmoteModerationRequest.fromBson(request.toBson())).isEqualTo(request);

    GlobalConfig config = new GlobalConfig("hello", ID, 250, Map.of("US", "usd"));
    assertThat(GlobalConfig.fromBson(config.toBson())).isEqualTo(config);
    assertThat(config.toBson().isNull("_id")).isTrue();
    assertThat(
            GlobalConfig.fromBson(
                    new DocumentWriter().value("_id", null).id("emote_set_id", ID).build())
                .trendingEmoteCount())
        .isEqualTo(500);

    ImageJob job =
        new ImageJob(
            new ObjectId("65f0a1b2c3d4e5f601234567"),
            4,
            null,
            new BsonBinary(new byte[] {1, 2}),
            NOW,
            null);
    assertThat(ImageJob.fromBson(job.toBson())).isEqualTo(job);
  }

  @Test
  void everyManagerAndNodeRoundTrips() {
    SubscriptionId subscription = new SubscriptionId(ID, OTHER);
    Stream<EntitlementEdge.Manager> managers =
        Stream.of(
            new EntitlementEdge.InvoiceLineItem("in_1", "il_1"),
            new EntitlementEdge.Subscription(subscription),
            new EntitlementEdge.RedeemCode(ID),
            new EntitlementEdge.SpecialEvent(ID),
            new EntitlementEdge.AllCosmetics());
    List<EntitlementNode> nodes = new ArrayList<>();
    for (EntitlementNode.Kind kind : EntitlementNode.Kind.values()) {
      nodes.add(
          switch (kind) {
            case SUBSCRIPTION -> EntitlementNode.subscription(subscription);
            case GLOBAL_DEFAULT_ENTITLEMENT_GROUP -> EntitlementNode.GLOBAL_GROUP;
            default -> EntitlementNode.of(kind, ID);
          });
    }
    managers.forEach(manager ->
        nodes.forEach(node -> {
          EntitlementEdge edge = new EntitlementEdge(node, node, manager);
          assertThat(EntitlementEdge.fromBson(edge.toBson())).isEqualTo(edge);
        }));
    assertThat(nodes.get(7)).hasToString("subscription:" + ID + ":" + OTHER);
    assertThat(nodes.get(6)).hasToString("subscription_benefit:" + ID);
    List<EntitlementNode> shuffled = new ArrayList<>(nodes);
    Collections.shuffle(shuffled, new Random(3));
    assertThat(shuffled.stream().sorted()).containsExactlyElementsOf(nodes);
  }

  @Test
  void bansAreOrderedAndExpire() {
    UserBan permanent =
        new UserBan(ID, ID, ID, "", List.of(), null, null, Permissions.NONE, NOW, null);
    UserBan late =
        new UserBan(
            ID, ID, ID, "", List.of(), NOW.plusSeconds(9), null, Permissions.NONE, NOW, null);
    UserBan early = new UserBan(ID, ID, ID, "", List.of(), NOW, null, Permissions.NONE, NOW, null);
    assertThat(Stream.of(early, permanent, late).sorted(UserBan.MOST_SEVERE_FIRST))
        .containsExactly(permanent, late, early);
    assertThat(permanent.isActive(NOW)).isTrue();
    assertThat(late.isActive(NOW)).isTrue();
    assertThat(early.isActive(NOW)).isFalse();
  }

  @Test
  void editorBits() {
    EditorPermissions superAdmin = new EditorPermissions(0, 0, 1);
    EditorPermissions userAdmin = new EditorPermissions(0, 0, 2);
    EditorPermissions setAdmin = new EditorPermissions(1, 0, 0);
    assertThat(Arrays.stream(EditorPermissions.Bit.values())).allMatch(superAdmin::has);
    assertThat(userAdmin.has(EditorPermissions.Bit.USER_EDITORS)).isTrue();
    assertThat(userAdmin.has(EditorPermissions.Bit.SUPER_ADMIN)).isFalse();
    assertThat(userAdmin.has(EditorPermissions.Bit.EMOTE_MANAGE)).isFalse();
    assertThat(setAdmin.has(EditorPermissions.Bit.EMOTE_SET_CREATE)).isTrue();
    assertThat(setAdmin.has(EditorPermissions.Bit.EMOTE_CREATE)).isFalse();
  }

  @Test
  void indexesHaveDistinctNamesPerCollection() {
    List<Index> all = Indexes.PLATFORM;
    assertThat(new HashSet<>(all.stream().map(i -> i.collection() + "." + i.name()).toList()))
        .hasSameSizeAs(all);
    assertThat(all.stream().filter(Index::unique).map(Index::name))
        .containsExactlyInAnyOrder(
            "kind_1_emote_id_1",
            "connections.platform_1_connections.platform_id_1",
            "code_1",
            "rank_1");
    assertThat(Indexes.IMAGE_PROCESSOR.getFirst().keysToBson())
        .isEqualTo(BsonDocument.parse("{hold_until: 1, priority: -1}"));
  }
}
