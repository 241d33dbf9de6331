package app.seventv.cdn;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Purges caches through Cloudflare's API ({@code POST /client/v4/zones/{zone}/purge_cache} with
 * {@code files}, or {@code prefixes} without scheme), in batches and not faster than allowed.
 * Blocks; used by one thread.
 */
final class CloudflarePurge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CloudflarePurge.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 4;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final CloudflareOptions options;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(TIMEOUT).version(HttpClient.Version.HTTP_1_1).build();
  private final Duration firstRetryWait;
  private final LongAdder purged = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private long nextCallNs = System.nanoTime();

  /**
   * A client.
   *
   * @param firstRetryWait wait before the second attempt; doubled each time
   */
  CloudflarePurge(CloudflareOptions options, Duration firstRetryWait) {
    this.options = options;
    this.firstRetryWait = firstRetryWait;
  }

  /** The API did not do it. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /**
   * Purges in every zone.
   *
   * @param keys canonical keys
   * @param prefixes canonical prefixes, none of them empty
   * @throws IOException if any part of it was not done after some attempts
   */
  void purge(Collection<String> keys, Collection<String> prefixes)
      throws IOException, InterruptedException {
    for (CloudflareOptions.Zone zone : options.zones()) {
      List<String> files = new ArrayList<>();
      List<String> places = new ArrayList<>();
      for (String origin : zone.origins()) {
        String base = origin.endsWith("/") ? origin : origin + "/";
        keys.forEach(key -> files.add(base + key));
        prefixes.forEach(prefix -> places.add(base.replaceFirst("^https?://", "") + prefix));
      }
      send(zone, "files", files);
      send(zone, "prefixes", places);
    }
  }

  /** Purges every zone completely. */
  void purgeEverything() throws IOException, InterruptedException {
    for (CloudflareOptions.Zone zone : options.zones()) {
      call(zone, Map.of("purge_everything", true), 1);
    }
  }

  private void send(CloudflareOptions.Zone zone, String field, List<String> entries)
      throws IOException, InterruptedException {
    for (int from = 0; from < entries.size(); from += options.batch()) {
      List<String> part = entries.subList(from, Math.min(entries.size(), from + options.batch()));
      call(zone, Map.of(field, part), part.size());
    }
  }

  private void call(CloudflareOptions.Zone zone, Map<String, ?> body, int entries)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    options.api().toString().replaceFirst("/+$", "")
                        + "/client/v4/zones/"
                        + zone.id()
                        + "/purge_cache"))
            .timeout(TIMEOUT)
            .header("authorization", "Bearer " + options.token().reveal())
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
            .build();
    Duration wait = firstRetryWait;
    for (int attempt = 1; ; attempt++) {
      pace();
      Duration asked = wait;
      try {
        HttpResponse<byte[]> response =
            client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() == 200 && isSuccess(response.body())) {
          purged.add(entries);
          return;
        }
        boolean temporary = response.statusCode() == 429 || response.statusCode() >= 500;
        if (!temporary || attempt == ATTEMPTS) {
          throw new Refused("Cloudflare answered " + response.statusCode());
        }
        asked = retryAfter(response, wait);
      } catch (Refused e) {
        failures.increment();
        throw e;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          failures.increment();
          throw e;
        }
      }
      LOG.debug("Cloudflare is asked again in {}", asked);
      Thread.sleep(asked);
      wait = wait.multipliedBy(2);
    }
  }

  private static boolean isSuccess(byte[] body) {
    try {
      return JSON.readTree(body).path("success").asBoolean(false);
    } catch (JacksonException e) {
      return false;
    }
  }

  private static Duration retryAfter(HttpResponse<?> response, Duration otherwise) {
    String value = response.headers().firstValue("retry-after").orElse("");
    if (!value.toLowerCase(Locale.ROOT).matches("[0-9]{1,9}")) {
      return otherwise;
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(value));
    return asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked;
  }

  /** Waits until the next call is allowed. */
  private void pace() throws InterruptedException {
    long now = System.nanoTime();
    long waitNs = Math.max(0, nextCallNs - now);
    nextCallNs = now + waitNs + TimeUnit.SECONDS.toNanos(1) / options.callsPerSecond();
    TimeUnit.NANOSECONDS.sleep(waitNs);
  }

  /** Entries purged. */
  long purged() {
    return purged.sum();
  }

  /** Calls given up. */
  long failures() {
    return failures.sum();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
