package app.seventv.cdn;

import app.seventv.core.config.Secret;
import app.seventv.core.http.HttpError;
import app.seventv.core.service.AdminEndpoint;
import io.nats.client.Connection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /purge} on the admin port, with {@code authorization: Bearer SECRET} and a {@link
 * PurgeMessage} as body: forgets on this node, and with {@code "everywhere": true} on all nodes by
 * way of NATS. Answers 200 with the counts once a restart cannot bring anything back.
 */
final class PurgeEndpoint implements AdminEndpoint {
  private static final String BEARER = "Bearer ";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Secret secret;
  private final Purger purger;
  private final CompletableFuture<Connection> nats;
  private final PurgeStream stream;

  PurgeEndpoint(
      Secret secret, Purger purger, CompletableFuture<Connection> nats, PurgeStream stream) {
    this.secret = secret;
    this.purger = purger;
    this.nats = nats;
    this.stream = stream;
  }

  @Override
  public String path() {
    return "/purge";
  }

  @Override
  public CompletionStage<Reply> answer(Call call) {
    if (!isAuthorised(call.authorization())) {
      Reply refusal = json(401, Map.of("error", "a bearer token is needed"));
      return CompletableFuture.completedFuture(refusal.with("www-authenticate", "Bearer"));
    }
    if (!call.method().equals("POST")) {
      Reply refusal = json(405, Map.of("error", "only POST"));
      return CompletableFuture.completedFuture(refusal.with("allow", "POST"));
    }
    PurgeMessage message;
    boolean everywhere;
    try {
      message = PurgeMessage.parse(call.body());
      everywhere = isEverywhere(JSON.readTree(call.body()));
    } catch (HttpError e) {
      return done(e.status(), Map.of("error", e.clientMessage()));
    }
    CompletableFuture<Void> kept = purger.purge(message);
    boolean published = publish(everywhere ? stream.requests() : stream.responses(), call.body());
    if (everywhere && !published) {
      return done(503, Map.of("error", "this node has forgotten it; NATS is not connected"));
    }
    Map<String, Integer> counts =
        Map.of(
            "files",
            message.keys().size(),
            "prefixes",
            message.prefixes().size(),
            "skipped",
            message.skipped());
    return kept.handle((_, failure) ->
        failure == null
            ? json(200, counts)
            : json(500, Map.of("error", "forgotten, but the disk cache has failed")));
  }

  /** Whether all nodes are meant; whoever thinks so must not be told of success on this one. */
  private static boolean isEverywhere(JsonNode root) {
    JsonNode everywhere = root.path("everywhere");
    if (!everywhere.isMissingNode() && !everywhere.isBoolean()) {
      throw new HttpError(400, "everywhere is neither true nor false");
    }
    return everywhere.asBoolean(false);
  }

  /**
   * Compares in a time that does not depend on where the difference is; the scheme's case does not
   * count (RFC 9110 §11.1).
   */
  private boolean isAuthorised(String authorization) {
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return false;
    }
    byte[] given = authorization.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(secret.reveal().getBytes(StandardCharsets.UTF_8), given);
  }

  /** Other caches hear of it: nodes through requests, Cloudflare through responses. */
  private boolean publish(String subject, byte[] payload) {
    Connection connection = nats.isCompletedExceptionally() ? null : nats.getNow(null);
    if (connection == null || connection.getStatus() != Connection.Status.CONNECTED) {
      return false;
    }
    connection.publish(subject, payload);
    return true;
  }

  private static CompletionStage<Reply> done(int status, Map<String, ?> body) {
    return CompletableFuture.completedFuture(json(status, body));
  }

  private static Reply json(int status, Map<String, ?> body) {
    return new Reply(status, "application/json", JSON.writeValueAsBytes(body));
  }
}
