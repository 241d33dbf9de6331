package app.seventv.cdn;

import app.seventv.cdn.disk.DiskTier;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.service.AdminEndpoint;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** All ways in which purges come and go: NATS, the admin port, Cloudflare. */
final class CdnPurging implements AutoCloseable {
  private static final Duration CLOUDFLARE_RETRY_WAIT = Duration.ofSeconds(2);

  private final PurgeConsumer consumer;
  private final Optional<PurgeEndpoint> endpoint;
  private final @Nullable CloudflareConsumer cloudflare;

  CdnPurging(
      CdnOptions options,
      ObjectStore store,
      @Nullable DiskTier disk,
      PurgeState state,
      CompletableFuture<Connection> nats,
      Metrics metrics) {
    String pod = options.podName();
    if (!CdnOptions.isPodName(pod)) {
      throw new IllegalArgumentException(
          "pod.name " + CdnOptions.POD_NAME_RULE + ": '" + pod + "'");
    }
    Purger purger = new Purger(store, disk);
    PurgeStream stream = new PurgeStream(options.purgeStream(), options.purgeSubject());
    endpoint = options.purgeSecret().map(secret -> new PurgeEndpoint(secret, purger, nats, stream));
    consumer = new PurgeConsumer(nats, stream, pod, purger, state, System::nanoTime);
    cloudflare = options.cloudflare().map(o -> cloudflare(o, nats, stream, metrics)).orElse(null);
  }

  private static CloudflareConsumer cloudflare(
      CloudflareOptions options,
      CompletableFuture<Connection> nats,
      PurgeStream stream,
      Metrics metrics) {
    CloudflarePurge api = new CloudflarePurge(options, CLOUDFLARE_RETRY_WAIT);
    metrics.counter("cdn_cloudflare_purged_total", "Addresses purged at Cloudflare.", api::purged);
    metrics.counter(
        "cdn_cloudflare_failures_total", "Calls to Cloudflare given up.", api::failures);
    return new CloudflareConsumer(nats, stream, options.consumer(), api);
  }

  /** The endpoint of the admin port, if there is a secret for it. */
  Optional<AdminEndpoint> endpoint() {
    return endpoint.map(e -> e);
  }

  @Override
  public void close() {
    consumer.close();
    if (cloudflare != null) {
      cloudflare.close();
    }
  }
}
