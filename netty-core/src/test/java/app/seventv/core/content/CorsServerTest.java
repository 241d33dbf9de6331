package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.HttpFixture.Reply;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What a browser sees of a policy. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class CorsServerTest {
  private static final byte[] NONE = {};
  private static final String FRIEND = "https://a.example";
  private static final String GUEST = "https://b.example";
  private static final String[] FIELDS = {
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
    "access-control-allow-private-network"
  };

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private HttpFixture http;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    Handler routes =
        Router.builder()
            .get("/ok", e -> e.respond(Response.text(200, "ok")))
            .get(
                "/fails",
                e -> {
                  throw new HttpError(429, "slower").with("retry-after", "3");
                })
            .build();
    CorsPolicy policy =
        CorsPolicy.builder()
            .origins(Origins.exactly(List.of(FRIEND, GUEST)))
            .credentials(FRIEND::equals)
            .methods("GET, PUT")
            .allowedHeaders("x-token")
            .exposedHeaders("x-id")
            .maxAge(Duration.ofMinutes(1))
            .privateNetwork(true)
            .build();
    http =
        HttpFixture.start(
            transport,
            directory,
            threads -> {
              Handler named = policy.wrap(routes);
              Handler open = CorsPolicy.builder().anyOrigin().build().wrap(routes);
              return e -> (e.request().rawQuery().equals("open") ? open : named).handle(e);
            });
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  @OverWires
  void allowedOriginsAreNamed(Wire wire) throws IOException {
    for (String path : new String[] {"/ok", "/fails", "/none"}) {
      Reply friend = http.get(wire, path, "origin", FRIEND);
      assertThat(friend.headers())
          .as(path)
          .containsEntry("access-control-allow-origin", FRIEND)
          .containsEntry("access-control-allow-credentials", "true")
          .containsEntry("access-control-expose-headers", "x-id")
          .containsEntry("vary", "origin");
    }
    Reply guest = http.get(wire, "/ok", "origin", GUEST);
    assertThat(guest.header("access-control-allow-origin")).isEqualTo(GUEST);
    assertThat(guest.headers()).doesNotContainKey("access-control-allow-credentials");
    assertThat(http.get(wire, "/fails").header("retry-after")).isEqualTo("3");
  }

  @OverWires
  void refusedOriginsGetNoneOfTheFields(Wire wire) throws IOException {
    for (String origin : new String[] {"https://evil.example", "null", "https://a.example.evil"}) {
      Reply reply = http.get(wire, "/ok", "origin", origin);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.headers()).doesNotContainKeys(FIELDS).containsEntry("vary", "origin");
      assertThat(preflight(wire, origin).headers()).doesNotContainKeys(FIELDS).containsKey("vary");
    }
    assertThat(http.get(wire, "/ok").headers())
        .doesNotContainKeys(FIELDS)
        .containsEntry("vary", "origin");
  }

  private Reply preflight(Wire wire, String origin) throws IOException {
    return http.call(
        wire,
        "OPTIONS",
        "/ok",
        NONE,
        "origin",
        origin,
        "access-control-request-method",
        "PUT",
        "access-control-request-private-network",
        "true");
  }

  @OverWires
  void preflightsNeverReachTheHandler(Wire wire) throws IOException {
    Reply reply = preflight(wire, FRIEND);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers())
        .containsEntry("access-control-allow-origin", FRIEND)
        .containsEntry("access-control-allow-methods", "GET, PUT")
        .containsEntry("access-control-allow-headers", "x-token")
        .containsEntry("access-control-max-age", "60")
        .containsEntry("access-control-allow-private-network", "true")
        .doesNotContainKey("access-control-expose-headers");
    Reply options = http.call(wire, "OPTIONS", "/ok", NONE, "origin", FRIEND);
    assertThat(options.status()).as("no preflight: the router answers").isEqualTo(204);
    assertThat(options.header("allow")).contains("GET");
  }

  @OverWires
  void openServersDoNotVary(Wire wire) throws IOException {
    Reply reply = http.get(wire, "/ok?open", "origin", GUEST);
    assertThat(reply.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(reply.headers()).doesNotContainKey("vary");
  }
}
