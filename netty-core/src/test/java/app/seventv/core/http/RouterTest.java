package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.transport.TransportOptions;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which route a path finds, and what a route makes of its method. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class RouterTest {
  private static final byte[] NONE = {};

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private HttpFixture http;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    http =
        HttpFixture.start(
            transport,
            directory,
            threads ->
                Router.builder()
                    .get("/", say("root"))
                    .get("/users", say("users"))
                    .get("/users/me", say("me"))
                    .get("/users/{id}", say("user", "id"))
                    .put("/users/{id}", say("put", "id"))
                    .get("/users/{id}/sets/{set}", say("set", "id", "set"))
                    .get("/users/me/{what}", say("mine", "what"))
                    .get("/files/{path*}", say("file", "path"))
                    .get("/files/readme", say("readme"))
                    .get("/dir/", say("dir"))
                    .route("OPTIONS", "/own", say("own options"))
                    .webSocket("/ws", say("websocket"))
                    .build());
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  private static Handler say(String name, String... parameters) {
    return exchange -> {
      StringBuilder text = new StringBuilder(name);
      for (String parameter : parameters) {
        text.append(' ').append(exchange.request().pathParameter(parameter));
      }
      exchange.respond(Response.text(200, text.toString()));
    };
  }

  @ParameterizedTest
  @CsvSource({
    "/, root",
    "/users, users",
    "/users/me, me",
    "/users/7, user 7",
    "/users/7?a=/b, user 7",
    "/users/7/sets/9, set 7 9",
    "/users/me/sets, mine sets",
    "/users/me/sets/9, set me 9",
    "/files/readme, readme",
    "/files/readme/x, file readme/x",
    "/files/, 'file '",
    "/files/a/b, file a/b",
    "/dir/, dir",
    "/users/J%C3%BCrgen, user Jürgen",
    "/users/a+b, user a+b",
    "/users/a%2Fb, user a/b",
    "/users/a%252Fb, user a%2Fb",
    "/users/%6De, me",
    "/%75sers, users",
    "/users/%7Ex, user ~x"
  })
  @Covers
  void finds(String path, String answer) throws Exception {
    for (Wire wire : Wire.values()) {
      assertThat(http.get(wire, path).text()).as(wire.name()).isEqualTo(answer);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/users/, 404",
    "/dir, 404",
    "//, 404",
    "/users//sets/1, 404",
    "/users%2F7, 404",
    "/files, 404",
    "/Users, 404",
    "/users/%00, 400",
    "/users/%zz, 400",
    "/users/%c0%ae, 400",
    "/users/%ff, 400"
  })
  @Covers
  void refuses(String path, int status) throws Exception {
    for (Wire wire : Wire.values()) {
      HttpFixture.Reply refusal = http.getVerbatim(wire, path);
      assertThat(refusal.status()).as(wire.name()).isEqualTo(status);
      assertThat(refusal.header("content-type")).isEqualTo("application/problem+json");
    }
  }

  @Test
  @Covers(
      value = {},
      because = "needs no server")
  void whatIsNoEncodingStandsForItselfIfHandlersDecode() throws Exception {
    for (String odd : new String[] {"%zz", "%00", "%ff", "%", "%4", "a%2Fb", "%2541", "%25"}) {
      assertThat(PercentCoding.normalized('/' + odd)).isEqualTo('/' + odd);
    }
    assertThat(PercentCoding.decodeLeniently("%zz%41%4%")).isEqualTo("%zzA%4%");
    assertThat(PercentCoding.decodeLeniently("a%00b%2F%C3%BC")).isEqualTo("a\0b/\u00fc");
    assertThatThrownBy(() -> PercentCoding.decodeLeniently("%ff"))
        .isInstanceOf(CharacterCodingException.class);
    assertThatThrownBy(() -> PercentCoding.decode("%00")).isInstanceOf(HttpError.class);
  }

  @OverWires
  void methodsThatARouteLacksAreRefusedByTheErrorMapper(Wire wire) throws Exception {
    HttpFixture.Reply reply = http.call(wire, "DELETE", "/users/7", NONE);
    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("allow")).isEqualTo("GET, HEAD, PUT");
    assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
  }

  @OverWires(
      value = {Wire.H2_PLAIN, Wire.H2_TLS, Wire.H3},
      because = "HTTP/1.1 asks for websockets by GET")
  void anExtendedConnectFindsOnlyRoutesOfWebSockets(Wire wire) throws Exception {
    try (Tunnel tunnel = http.tunnel(wire, "/users/7", NONE)) {
      assertThat(tunnel.status()).as("200 would open a tunnel").isEqualTo(405);
      assertThat(tunnel.headers()).containsEntry("allow", "GET, HEAD, PUT");
    }
    try (Tunnel tunnel = http.tunnel(wire, "/ws", NONE)) {
      assertThat(tunnel.status()).isEqualTo(200);
    }
    assertThat(http.get(wire, "/ws").text()).isEqualTo("websocket");
  }

  @OverWires
  void optionsAreAnsweredUnlessARouteDoes(Wire wire) throws Exception {
    HttpFixture.Reply reply = http.call(wire, "OPTIONS", "/users/7", NONE);
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.header("allow")).isEqualTo("GET, HEAD, PUT, OPTIONS");
    assertThat(http.call(wire, "OPTIONS", "/own", NONE).text()).isEqualTo("own options");
    assertThat(http.call(wire, "OPTIONS", "/none", NONE).status()).isEqualTo(404);
  }

  @Test
  @Covers(
      value = {},
      because = "needs no server")
  void badPatternsFailAtOnce() {
    Router.Builder builder = Router.builder().get("/a/{x}", say(""));
    assertThatThrownBy(() -> builder.get("/a/{y}", say(""))).hasMessageContaining("duplicate");
    assertThatThrownBy(() -> builder.get("a", say(""))).hasMessageContaining("start with");
    assertThatThrownBy(() -> builder.get("/{x*}/b", say(""))).hasMessageContaining("last");
    assertThatThrownBy(() -> builder.get("/{x}/{x}", say(""))).hasMessageContaining("twice");
  }
}
