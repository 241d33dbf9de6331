package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.cdn.peer.PeerClient;
import app.seventv.cdn.peer.Rendezvous;
import app.seventv.core.http.Response;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with buckets of their own, so that it shows who was asked. */
class CdnPeersTest {
  private static final String NO_NATS = "nats://127.0.0.1:1";

  private static final String PROXIED =
      """
      fallbacks = true
      incoming_request = { trusted_proxies = ["127.0.0.0/8"], ip_headers = ["x-ip"] }
      """;

  @TempDir Path folder = Path.of(".");

  private EdgeFixture node(String name, int port, List<URI> nodes, String nats) throws Exception {
    return node(name, port, nodes, nats, "s", "");
  }

  private EdgeFixture node(
      String name, int port, List<URI> nodes, String nats, String secret, String more)
      throws Exception {
    return new EdgeFixture(folder.resolve(name), nats, peers(port, nodes, secret) + more);
  }

  private static String peers(int port, List<URI> nodes, String secret) {
    return """
    purge_secret = "admin"
    peers = { bind = "127.0.0.1:%1$d", self = "http://127.0.0.1:%1$d", secret = "%2$s", \
    nodes = ["%3$s", "%4$s"], timeout = "5s" }
    """
        .formatted(port, secret, nodes.get(0), nodes.get(1));
  }

  private static String keyOf(URI owner, List<URI> nodes, int nth) {
    Rendezvous rendezvous = new Rendezvous(nodes);
    int found = 0;
    for (int i = 0; ; i++) {
      String key = "emote/01F6MZGCNG0002%012d/4x.webp".formatted(i);
      if (rendezvous.owner(key).equals(owner)) {
        found++;
        if (found == nth) {
          return key;
        }
      }
    }
  }

  private CdnFixture edge(String name, int port, List<URI> nodes, String nats) throws Exception {
    return CdnFixture.start(
        folder.resolve(name),
        peers(port, nodes, "s"),
        "metrics_bind_address = \"127.0.0.1:0\"\n",
        nats);
  }

  @Test
  void theOwnerIsAskedAndTheOriginIfItFails() throws Exception {
    int portA = FreePorts.find();
    int portB = FreePorts.find();
    List<URI> nodes =
        List.of(URI.create("http://127.0.0.1:" + portA), URI.create("http://127.0.0.1:" + portB));
    try (CdnFixture a = edge("a", portA, nodes, NO_NATS)) {
      try (CdnFixture b = edge("b", portB, nodes, NO_NATS)) {
        for (Version version : Version.values()) {
          String ofA = keyOf(nodes.get(0), nodes, version.number());
          String ofB = keyOf(nodes.get(1), nodes, version.number());
          for (String key : List.of(ofA, ofB)) {
            a.origin().put(key, new byte[] {1});
            b.origin().put(key, new byte[] {2}, "content-type: image/webp");
          }
          assertThat(a.get(version, '/' + ofA).body()).containsExactly(1);
          Answer fromPeer = a.get(version, '/' + ofB);
          assertThat(fromPeer.body()).containsExactly(2);
          assertThat(fromPeer.header("content-type")).isEqualTo("image/webp");
          assertThat(fromPeer.header("cache-status")).isEqualTo("SevenTV; hit; detail=tier");
          assertThat(a.origin().calls(ofB)).isEmpty();
          assertThat(a.figure("cdn_peer_hits_total")).isEqualTo(version.number());

          // What was purged here may still be at the peer.
          assertThat(a.purge("admin", "{\"files\":[\"" + ofB + "\"]}")).isEqualTo(200);
          assertThat(a.get(version, '/' + ofB).body()).containsExactly(1);
        }
      }
      for (Version version : Version.values()) {
        String later = keyOf(nodes.get(1), nodes, 4 + version.number());
        a.origin().put(later, new byte[] {3});
        assertThat(a.get(version, '/' + later).body()).containsExactly(3);
        assertThat(a.figure("cdn_peer_failures_total")).isEqualTo(version.number());
      }
    }
  }

  @Test
  void peersComeByNoProxyAndGetNoReplacements() throws Exception {
    int portA = FreePorts.find();
    int portB = FreePorts.find();
    List<URI> nodes =
        List.of(URI.create("http://127.0.0.1:" + portA), URI.create("http://127.0.0.1:" + portB));
    String ofB = keyOf(nodes.get(1), nodes, 1);
    try (EdgeFixture a = node("a", portA, nodes, NO_NATS, "s", PROXIED);
        EdgeFixture b = node("b", portB, nodes, NO_NATS, "s", PROXIED)) {
      b.put(ofB, new byte[] {2});
      assertThat(a.send(a.request("/" + ofB).header("x-ip", "192.0.2.1").build()).body())
          .containsExactly(2);
      String missing = ofB.replace("4x.webp", "4x_static.webp");
      HttpRequest peer =
          HttpRequest.newBuilder(nodes.get(1).resolve("/" + missing))
              .header("authorization", "Bearer s")
              .build();
      assertThat(b.send(peer).statusCode()).isEqualTo(404);
      HttpRequest there =
          HttpRequest.newBuilder(nodes.get(1).resolve("/" + ofB))
              .header("authorization", "Bearer s")
              .build();
      // No purge reaches it: it promises no more than it trusts itself.
      assertThat(b.send(there).headers().firstValue("cache-control"))
          .hasValue("public, max-age=60");
    }
  }

  @Test
  void whoHasComeAsFarWithPurgesIsBelieved() throws Exception {
    int portA = FreePorts.find();
    int portB = FreePorts.find();
    List<URI> nodes =
        List.of(URI.create("http://127.0.0.1:" + portA), URI.create("http://127.0.0.1:" + portB));
    String ofB = keyOf(nodes.get(1), nodes, 1);
    try (DevNats nats = DevNats.start(Files.createDirectories(folder.resolve("nats")), 0, 0);
        EdgeFixture a = node("a", portA, nodes, nats.uri().toString());
        EdgeFixture b = node("b", portB, nodes, nats.uri().toString())) {
      a.put(ofB, new byte[] {1});
      b.put(ofB, new byte[] {2});
      for (EdgeFixture node : List.of(a, b)) {
        await().atMost(Duration.ofSeconds(30)).until(() -> node.figure("cdn_purge_connected") == 1);
      }
      Connection connection = Nats.connect(nats.uri());
      try {
        String other = "{\"files\":[\"" + ofB.replace("4x", "1x") + "\"]}";
        var answers = connection.subscribe("cdn.purge.response");
        connection.flush(Duration.ofSeconds(30));
        connection.jetStream().publish("cdn.purge.request", other.getBytes(StandardCharsets.UTF_8));
        for (int node = 0; node < 2; node++) {
          assertThat(answers.nextMessage(Duration.ofSeconds(30))).isNotNull();
        }
      } finally {
        connection.close();
      }
      // Both have handled it; the peer may say so a moment later.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            HttpRequest peer =
                HttpRequest.newBuilder(nodes.get(1).resolve("/"))
                    .header("authorization", "Bearer s")
                    .build();
            return b.send(peer).headers().firstValue(PeerClient.PURGES).orElse("").endsWith(" 1");
          });
      assertThat(a.get("/" + ofB).body()).containsExactly(2);
      assertThat(a.figure("cache_tier_doubts_total{tier=\"peer\"}")).isNaN();
    }
  }

  /** One that no purge reaches says nothing of them: the origin is asked about what it has. */
  @Test
  void aPeerThatIsBehindIsNotBelieved() throws Exception {
    int portA = FreePorts.find();
    int portB = FreePorts.find();
    List<URI> nodes =
        List.of(URI.create("http://127.0.0.1:" + portA), URI.create("http://127.0.0.1:" + portB));
    try (DevNats nats = DevNats.start(Files.createDirectories(folder.resolve("nats")), 0, 0);
        CdnFixture a = edge("a", portA, nodes, nats.uri().toString());
        CdnFixture b = edge("b", portB, nodes, NO_NATS)) {
      await().until(() -> a.figure("cdn_purge_connected") == 1);
      for (Version version : Version.values()) {
        String ofB = keyOf(nodes.get(1), nodes, version.number());
        b.origin().put(ofB, new byte[] {2});
        a.origin().put(ofB, new byte[] {1});
        Answer answer = a.get(version, '/' + ofB);
        assertThat(answer.body()).containsExactly(1);
        assertThat(answer.header("cache-status")).startsWith("SevenTV; fwd=");
        assertThat(a.origin().calls(ofB).getFirst().headers())
            .containsEntry("if-none-match", ScriptedOrigin.etag(new byte[] {2}));
        assertThat(a.figure("cache_tier_doubts_total{tier=\"peer\"}")).isEqualTo(version.number());
      }
    }
  }

  @Test
  void aNodeWithoutPurgesPromisesNoMoreThanItTrusts() {
    HttpHeaders fields = Response.newHeaders();
    fields.set("cache-control", "public, max-age=604800, s-maxage=86400, immutable");
    PeerTier.limitLife(fields, Long.MAX_VALUE);
    assertThat(fields.get("cache-control")).endsWith("immutable");
    PeerTier.limitLife(fields, 60);
    assertThat(fields.get("cache-control")).isEqualTo("public, max-age=60");
    fields.remove("cache-control");
    PeerTier.limitLife(fields, 60);
    assertThat(fields.contains("cache-control")).isFalse();
  }

  @Test
  void strangersAndOtherSecretsAreRefused() throws Exception {
    int portA = FreePorts.find();
    int portB = FreePorts.find();
    List<URI> nodes =
        List.of(URI.create("http://127.0.0.1:" + portA), URI.create("http://127.0.0.1:" + portB));
    String ofB = keyOf(nodes.get(1), nodes, 1);
    try (EdgeFixture a = node("a", portA, nodes, NO_NATS);
        EdgeFixture b = node("b", portB, nodes, NO_NATS, "other", "");
        HttpClient client = HttpClient.newHttpClient()) {
      b.put(ofB, new byte[] {2});
      a.put(ofB, new byte[] {1});
      HttpRequest stranger = HttpRequest.newBuilder(nodes.get(1).resolve("/" + ofB)).build();
      assertThat(client.send(stranger, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(403);
      assertThat(a.get("/" + ofB).body()).containsExactly(1);
    }
  }
}
