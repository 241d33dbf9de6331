package app.seventv.api;

import app.seventv.core.config.Config;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.service.Health;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.devstack.login.DevLogin;
import app.seventv.devstack.login.DevUser;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.seed.Seed;
import app.seventv.devstack.typesense.DevTypesense;
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API on a free port with embedded MongoDB, a real nats-server and the login provider. */
final class TestApi implements AutoCloseable {
  static final JsonMapper JSON = new JsonMapper();
  static final String TYPESENSE_KEY = "test-key";

  static final String SITE = "http://127.0.0.1:8083";

  final MongoDatabase database;
  final DevNats nats;
  final ImageProcessorDouble processor;
  private final DevMongoServer mongo;
  private final MongoClient client;

  private final TestWrites writes = new TestWrites();
  final DevLogin login;
  private final DevTypesense typesense;
  private final EventLoops loops;
  private final Metrics metrics = new Metrics();
  private final ApiServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * @param extraSettings keys of {@code [api]}, then other tables
   */
  TestApi(Path folder, String extraSettings) throws Exception {
    this(folder, extraSettings, UnaryOperator.identity());
  }

  /**
   * @param way from the database's address to that which the API is told
   */
  TestApi(Path folder, String extraSettings, UnaryOperator<String> way) throws Exception {
    mongo = DevMongoServer.inMemory(0);
    client =
        MongoClients.create(
            MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(mongo.uri("7tv")))
                .addCommandListener(writes)
                .build());
    database = client.getDatabase("7tv");
    Seed.apply(database, Instant.parse("2026-01-01T00:00:00Z"));
    nats = DevNats.start(folder.resolve("nats"), 0, 0);
    login = DevLogin.start(0, InstantSource.system());
    typesense = DevTypesense.start(0, null, TYPESENSE_KEY);
    processor = new ImageProcessorDouble();
    loops = EventLoops.start(TransportOptions.loops(1));
    ServiceDefinition definition = ApiServer.definition();
    int tables = extraSettings.startsWith("[") ? 0 : extraSettings.indexOf("\n[") + 1;
    if (tables == 0 && !extraSettings.startsWith("[")) {
      tables = extraSettings.length();
    }
    Config config =
        definition.config(
            settings(way.apply(mongo.uri("7tv")))
                    .replace("[api]\n", "[api]\n" + extraSettings.substring(0, tables))
                + otherPlatforms()
                + extraSettings.substring(tables));
    server =
        ApiServer.start(
            new ServiceContext(
                "api",
                "test",
                "0",
                config,
                loops,
                metrics,
                new Health(),
                failure -> {
                  throw new AssertionError(failure);
                }));
  }

  private String settings(String databaseUri) {
    return """
    [api]
    bind = "127.0.0.1:0"
    website_origin = "%s"
    api_origin = "http://127.0.0.1:8080"
    [database]
    uri = "%s"
    [nats]
    servers = ["%s"]
    [jwt]
    secret = "test"
    [typesense]
    uri = "%s"
    api_key = "%s"
    [image_processor]
    address = ["127.0.0.1:%d"]
    [connections.twitch]
    enabled = true
    client_id = "%s"
    client_secret = "%s"
    authorize_url = "%s"
    token_url = "%s"
    profile_url = "%s"
    """
        .formatted(
            SITE,
            databaseUri,
            nats.uri(),
            typesense.uri(),
            TYPESENSE_KEY,
            processor.port(),
            DevLogin.CLIENT_ID,
            DevLogin.CLIENT_SECRET,
            login.authorizeUrl(),
            login.tokenUrl(),
            login.profileUrl());
  }

  /** Settings that let people sign in with the other three platforms, too. */
  private String otherPlatforms() {
    return platform("discord", DevLogin.AUTHORIZE_PATH, DevLogin.DISCORD_PROFILE_PATH)
        + platform("google", DevLogin.AUTHORIZE_PATH, DevLogin.YOUTUBE_PROFILE_PATH)
        + platform("kick", DevLogin.KICK_AUTHORIZE_PATH, DevLogin.KICK_PROFILE_PATH)
        + "channels_url = \""
        + login.at(DevLogin.KICK_CHANNELS_PATH)
        + "\"\n";
  }

  private String platform(String name, String authorize, String profile) {
    return """
    [connections.%s]
    enabled = true
    client_id = "%s"
    client_secret = "%s"
    authorize_url = "%s"
    token_url = "%s"
    profile_url = "%s"
    """
        .formatted(
            name,
            DevLogin.CLIENT_ID,
            DevLogin.CLIENT_SECRET,
            login.at(authorize),
            login.tokenUrl(),
            login.at(profile));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  /** Waits until the API has been told of what the test wrote. */
  void settle() {
    writes.settle(database, server.changes());
  }

  /** Sends a request once the API knows of what the test wrote. */
  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    settle();
    return sendAtOnce(request);
  }

  /** Sends a request without waiting for anything. */
  HttpResponse<String> sendAtOnce(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A figure of the service, by its name and labels as they are shown. */
  double figure(String name) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      metrics.write(null, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** A read whose answer is not text. */
  HttpResponse<byte[]> bytes(String path, String... headers)
      throws IOException, InterruptedException {
    settle();
    return http.send(
        HttpRequest.newBuilder(uri(path)).headers(headers).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  static String gunzip(byte[] compressed) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Sends JSON to the search server, as its worker does. */
  void index(String path, String json) throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(
            HttpRequest.newBuilder(typesense.uri().resolve(path))
                .header("x-typesense-api-key", TYPESENSE_KEY)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    if (response.statusCode() / 100 != 2) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  /** Signs a person in through the provider and returns the token. */
  String login(DevUser user) throws IOException, InterruptedException {
    HttpResponse<String> start =
        send(
            HttpRequest.newBuilder(uri("/v4/auth/login?platform=twitch&return_to=/x"))
                .header("referer", SITE + "/"));
    String verifier = start.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    String location = start.headers().firstValue("location").orElseThrow();
    HttpResponse<String> authorized =
        send(HttpRequest.newBuilder(URI.create(location + "&user=" + user.login())));
    String code = query(authorized.headers().firstValue("location").orElseThrow()).get("code");
    HttpResponse<String> finish =
        send(
            HttpRequest.newBuilder(uri("/v4/auth/login/finish"))
                .header("referer", SITE + "/login/callback")
                .header("origin", SITE)
                .header("cookie", verifier)
                .header("content-type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        JSON.writeValueAsString(
                            Map.of("platform", "twitch", "code", String.valueOf(code))))));
    if (finish.statusCode() != 200) {
      throw new IOException(finish.statusCode() + " " + finish.body());
    }
    return JSON.readTree(finish.body()).path("token").asString();
  }

  private static Map<String, String> query(String address) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : address.substring(address.indexOf('?') + 1).split("&", -1)) {
      String[] parts = pair.split("=", 2);
      values.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return values;
  }

  /** Uploads through {@code POST /v4/emotes}. */
  HttpResponse<String> upload(@Nullable String token, String metadata, byte[] image)
      throws IOException, InterruptedException {
    String head =
        "--X\r\ncontent-disposition: form-data; name=\"metadata\"\r\n\r\n"
            + metadata
            + "\r\n--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.gif\"\r\n"
            + "content-type: application/octet-stream\r\n\r\n";
    byte[] start = head.getBytes(StandardCharsets.UTF_8);
    byte[] end = "\r\n--X--\r\n".getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[start.length + image.length + end.length];
    System.arraycopy(start, 0, body, 0, start.length);
    System.arraycopy(image, 0, body, start.length, image.length);
    System.arraycopy(end, 0, body, start.length + image.length, end.length);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/v4/emotes"))
            .header("content-type", "multipart/form-data; boundary=X")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return send(request);
  }

  /** Runs a v4 operation. */
  JsonNode v4(@Nullable String token, String query, Map<String, ?> variables)
      throws IOException, InterruptedException {
    return gql("/v4/gql", token, query, variables);
  }

  /** Runs a v3 operation. */
  JsonNode v3(@Nullable String token, String query, Map<String, ?> variables)
      throws IOException, InterruptedException {
    return gql("/v3/gql", token, query, variables);
  }

  private JsonNode gql(String path, @Nullable String token, String query, Map<String, ?> variables)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    JSON.writeValueAsString(Map.of("query", query, "variables", variables))));
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    HttpResponse<String> response = send(request);
    if (response.statusCode() != 200) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  @Override
  public void close() throws IOException {
    server.close();
    typesense.close();
    loops.close();
    processor.close();
    login.close();
    nats.close();
    client.close();
    mongo.close();
    http.close();
  }
}
