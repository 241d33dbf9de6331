package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.api.uploads.ImageResults;
import app.seventv.devstack.login.DevUser;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Attacks and mishaps that the API must withstand. */
class HardeningTest extends OneApi {
  private static final byte[] GIF = "GIF89a and the rest".getBytes(StandardCharsets.UTF_8);

  private Connection nats;
  private String token;

  @BeforeAll
  void start() throws Exception {
    nats = Nats.connect(api.nats.uri());
    token = api.login(DevUser.STREAMER);
  }

  @AfterAll
  void stop() throws Exception {
    nats.close();
  }

  private String me(String header, String value, String origin) throws Exception {
    return api.send(
            HttpRequest.newBuilder(api.uri("/v4/gql"))
                .header("content-type", "application/json")
                .header(header, value)
                .header("origin", origin)
                .POST(
                    HttpRequest.BodyPublishers.ofString("{\"query\":\"{ users { me { id } } }\"}")))
        .body();
  }

  @Test
  void aForeignPageCannotUseTheCookie() throws Exception {
    String cookie = "seventv-auth=" + token;
    assertThat(me("cookie", cookie, TestApi.SITE)).contains("\"me\":{\"id\"");
    assertThat(me("cookie", cookie, "https://evil.example")).contains("\"me\":null");
    assertThat(me("cookie", cookie, "null")).contains("\"me\":null");
    assertThat(me("authorization", "Bearer " + token, "https://evil.example"))
        .contains("\"me\":{\"id\"");
  }

  @Test
  void signInReturnsToThisSiteOnly() throws Exception {
    for (String good : List.of("/", "/settings?a=b#c", TestApi.SITE + "/x")) {
      assertThat(login(good).statusCode()).as(good).isEqualTo(303);
    }
    for (String evil :
        List.of(
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "https://evil.example/{",
            "javascript:alert(1)")) {
      HttpResponse<String> refused = login(evil);
      assertThat(refused.statusCode()).as(evil).isEqualTo(403);
      assertThat(refused.body()).contains("return_to origin mismatch");
    }
  }

  private HttpResponse<String> login(String returnTo) throws Exception {
    return api.get(
        "/v4/auth/login?platform=twitch&return_to="
            + URLEncoder.encode(returnTo, StandardCharsets.UTF_8));
  }

  @Test
  void aResultThatOvertakesItsEmoteIsNotLost() throws Exception {
    HttpResponse<String> uploaded = api.upload(token, "{\"name\":\"early\",\"tags\":[]}", GIF);
    String first = TestApi.JSON.readTree(uploaded.body()).path("emote_id").asString();
    String late = "01HZZZZZZZZZZZZZZZZZZZZZZY";
    nats.publish("image_processor.emote." + late, ImageProcessorDouble.success(late).toByteArray());
    nats.flush(Duration.ofSeconds(5));
    JetStreamManagement queues = nats.jetStreamManagement();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            queues.getConsumers(ImageResults.STREAM).stream()
                .anyMatch(each -> each.getRedelivered() > 0));
    MongoCollection<BsonDocument> emotes = api.database.getCollection("emotes", BsonDocument.class);
    BsonDocument row = find(emotes, first);
    emotes.insertOne(row.append("_id", Id.parse(late).toBson()));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !Emote.fromBson(find(emotes, late)).imageSet().isPending());
  }

  private static BsonDocument find(MongoCollection<BsonDocument> emotes, String id) {
    return Objects.requireNonNull(emotes.find(Filters.eq("_id", Id.parse(id).toBson())).first());
  }
}
