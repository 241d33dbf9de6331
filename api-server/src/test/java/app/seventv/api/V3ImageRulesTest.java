package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Files of images, spellings of ids and the form of errors (api-v3.md §2, §3, §13.2). */
class V3ImageRulesTest extends SharedWorld {

  private JsonNode host(Id emote, List<Image> outputs) throws Exception {
    world
        .collection(CollectionNames.EMOTES)
        .updateOne(
            Filters.eq("_id", emote.toBson()),
            Updates.set(
                "image_set",
                new ImageSet(new ImageSet.Processed(outputs.getFirst()), outputs).toBson()));
    return TestApi.JSON.readTree(world.api.get("/v3/emotes/" + emote).body()).path("host");
  }

  private static Image image(Id emote, String file, int frames) {
    String extension = file.substring(file.lastIndexOf('.') + 1);
    int scale = file.charAt(0) - '0';
    return new Image(
        "emote/" + emote + "/" + file, "image/" + extension, scale, 10, 48, 32, frames);
  }

  private static List<String> names(JsonNode host, String field) {
    return host.path("files").valueStream().map(file -> file.path(field).asString()).toList();
  }

  @Test
  void animatedEmotesShowTheirAnimatedFilesInOrder() throws Exception {
    Id emote = world.emote(DevUser.STREAMER, "moving").id();
    List<Image> outputs = new ArrayList<>();
    for (String extension : List.of("webp", "avif", "png")) {
      for (int scale = 1; scale <= 4; scale++) {
        outputs.add(image(emote, scale + "x_static." + extension, 1));
      }
    }
    for (String extension : List.of("webp", "avif", "gif")) {
      for (int scale = 4; scale >= 1; scale--) { // whatever the stored order
        outputs.add(image(emote, scale + "x." + extension, 9));
      }
    }
    JsonNode host = host(emote, outputs);
    assertThat(host.path("url").asString()).isEqualTo("//cdn.7tv.app/emote/" + emote);
    assertThat(names(host, "name"))
        .containsExactly(
            "1x.webp", "2x.webp", "3x.webp", "4x.webp", "1x.avif", "2x.avif", "3x.avif", "4x.avif",
            "1x.gif", "2x.gif", "3x.gif", "4x.gif");
    assertThat(names(host, "static_name")).startsWith("1x_static.webp").endsWith("4x_static.gif");
    assertThat(host.at("/files/0").toString())
        .isEqualTo(
            "{\"name\":\"1x.webp\",\"static_name\":\"1x_static.webp\",\"width\":48,\"height\":32,"
                + "\"frame_count\":9,\"size\":10,\"format\":\"WEBP\"}");
  }

  @Test
  void stillEmotesShowTheFormatsThatClientsKnow() throws Exception {
    Id emote = world.emote(DevUser.STREAMER, "still").id();
    List<Image> outputs = new ArrayList<>();
    for (String file : List.of("1x.png", "1x.bmp", "2x.webp", "1x.webp", "1x.avif", "1x.jpeg")) {
      outputs.add(image(emote, file, 1));
    }
    JsonNode host = host(emote, outputs);
    assertThat(names(host, "name")).containsExactly("1x.webp", "2x.webp", "1x.avif", "1x.png");
    assertThat(names(host, "static_name")).isEqualTo(names(host, "name"));
    assertThat(names(host, "format")).containsExactly("WEBP", "WEBP", "AVIF", "PNG");
    JsonNode some =
        world.ok(null, "{emote(id:\"" + emote + "\"){host{url files(formats:[PNG,AVIF]){name}}}}");
    assertThat(names(some.at("/emote/host"), "name")).containsExactly("1x.avif", "1x.png");
    JsonNode all = world.ok(null, "{emote(id:\"" + emote + "\"){host{files(formats:[]){name}}}}");
    assertThat(names(all.at("/emote/host"), "name")).hasSize(4);
  }

  @Test
  void idsMayBeSpeltInFourWays() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "spelt");
    Id legacy = Id.parse("61f0a1b2c3d4e5f607182930");
    assertThat(legacy.toString()).isEqualTo("01FT9ZF7TG000C7N75YR3HGA9G");
    world
        .collection(CollectionNames.EMOTES)
        .insertOne(emote.toBson().append("_id", legacy.toBson()));
    String hex = HexFormat.of().formatHex(legacy.toBytes());
    String uuid = "017e93f7-9f50-0000-c3d4-e5f607182930";
    assertThat(uuid.replace("-", "")).isEqualTo(hex);
    for (String spelling :
        List.of(
            legacy.toString(),
            legacy.toString().toLowerCase(Locale.ROOT),
            "61f0a1b2c3d4e5f607182930",
            "61F0A1B2C3D4E5F607182930",
            hex,
            uuid)) {
      JsonNode shown = TestApi.JSON.readTree(world.api.get("/v3/emotes/" + spelling).body());
      assertThat(shown.path("id").asString()).as(spelling).isEqualTo(legacy.toString());
      JsonNode found = world.ok(null, "query($i:ObjectID!){emote(id:$i){id}}", "i", spelling);
      assertThat(found.at("/emote/id").asString()).as(spelling).isEqualTo(legacy.toString());
    }
    for (String bad :
        List.of(
            "IIIIIIIIIIIIIIIIIIIIIIIIII",
            "81234567890123456789012345",
            "61f0a1b2c3d4e5f60718293g",
            "017e93f7-9f50-0000-c3d4_e5f607182930",
            "7",
            "@me")) {
      for (String path : List.of("/v3/emotes/", "/v3/emote-sets/", "/v3/users/")) {
        HttpResponse<String> refused = world.api.get(path + bad);
        assertThat(refused.statusCode()).as(path + bad).isEqualTo(400);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v3/emotes/01FT9ZF7TG000C7N75YR3HGA0Z,404,Not Found,12000",
    "GET,/v3/emotes/x,400,Bad Request,10000",
    "GET,/v3/users/myspace/1,400,Bad Request,10000",
    "GET,/v3/users/twitch/0,404,Not Found,12000",
    "GET,/v3/nothing,404,Not Found,10000",
    "GET,/v3/emotes/,404,Not Found,10000",
    "GET,/v3/auth?platform=x,400,Bad Request,10000",
    "POST,/v3/emotes,401,Unauthorized,1000",
    "PUT,/v3/users/@me/profile-picture,401,Unauthorized,1000",
    "DELETE,/v3/users/01FT9ZF7TG000C7N75YR3HGA0Z,501,Not Implemented,10000",
    "POST,/egvault/v1/redeem,415,Unsupported Media Type,10000",
    "GET,/egvault/v1/subscriptions/@me,401,Unauthorized,1000",
    "DELETE,/egvault/v1/subscriptions/@me,401,Unauthorized,1000"
  })
  void errorsHaveOneForm(String method, String path, int status, String reason, int code)
      throws Exception {
    HttpResponse<String> refused =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri(path)).method(method, BodyPublishers.noBody()));
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
    assertThat(refused.headers().firstValue("content-type")).contains("application/json");
    JsonNode body = TestApi.JSON.readTree(refused.body());
    assertThat(body.propertyNames()).containsExactly("status", "error_code", "error");
    assertThat(body.path("status").asString()).isEqualTo(reason);
    assertThat(body.path("error_code").asInt()).isEqualTo(code);
    assertThat(body.path("error").asString()).isNotBlank();
  }

  @Test
  void readsAnswerHeadToo() throws Exception {
    for (String path : List.of("/v3/emote-sets/global", "/v3/docs", "/v3/config/extension", "/")) {
      HttpResponse<String> got = world.api.get(path);
      HttpResponse<String> head =
          world.api.send(
              HttpRequest.newBuilder(world.api.uri(path)).method("HEAD", BodyPublishers.noBody()));
      assertThat(head.statusCode()).as(path).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValue("content-type"))
          .isEqualTo(got.headers().firstValue("content-type"));
    }
    JsonNode root = TestApi.JSON.readTree(world.api.get("/").body());
    assertThat(root.propertyNames())
        .containsExactly("message", "version", "commit_hash", "ip", "country");
    assertThat(root.path("ip").asString()).isEqualTo("127.0.0.1");
    assertThat(root.path("country").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "201|{\"name\":\"typed\",\"other\":[1]}",
        "201|{\"name\":\"typed\",\"tags\":[],\"flags\":256}",
        "201|{\"name\":\"typed\",\"flags\":2}",
        "400|{}",
        "400|{\"name\":5}",
        "400|{\"name\":null}",
        "400|{\"name\":\"typed\",\"tags\":\"tag\"}",
        "400|{\"name\":\"typed\",\"tags\":[123]}",
        "400|{\"name\":\"typed\",\"flags\":\"1\"}",
        "400|{\"name\":\"typed\",\"flags\":1.5}",
        "400|{\"name\":\"typed\",\"flags\":99999999999}"
      })
  void descriptionsOfUploadsHaveTypes(int status, String data) throws Exception {
    HttpResponse<String> answer =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/emotes"))
                .header("authorization", "Bearer " + world.streamer)
                .header("x-emote-data", data)
                .POST(BodyPublishers.ofString("GIF89a and more")));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (status == 201) {
      JsonNode shown = TestApi.JSON.readTree(answer.body());
      assertThat(shown.path("flags").asInt()).isEqualTo(data.contains("256") ? 256 : 0);
    }
  }
}
