package app.seventv.devstack.login;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * Random tokens, each standing for a value until it expires. When full, the oldest gives way. Safe
 * for use by several threads.
 *
 * @param <V> what a token stands for
 */
final class ExpiringTokens<V> {
  private static final int TOKEN_BYTES = 20;

  private record Held<V>(V value, Instant expiresAt) {}

  private final InstantSource clock;
  private final RandomGenerator random;
  private final Duration lifetime;
  private final SequencedMap<String, Held<V>> entries;

  ExpiringTokens(InstantSource clock, RandomGenerator random, Duration lifetime, int maxEntries) {
    this.clock = clock;
    this.random = random;
    this.lifetime = lifetime;
    this.entries =
        new LinkedHashMap<String, Held<V>>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Held<V>> eldest) {
            return size() > maxEntries;
          }
        };
  }

  /** Makes a token for {@code value}. */
  synchronized String issue(V value) {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = HexFormat.of().formatHex(bytes);
    entries.put(token, new Held<>(value, clock.instant().plus(lifetime)));
    return token;
  }

  /** The value of a token that has not expired. */
  synchronized Optional<V> find(String token) {
    return Optional.ofNullable(entries.get(token)).filter(this::alive).map(Held::value);
  }

  /** As {@link #find}, and the token is used up. */
  synchronized Optional<V> take(String token) {
    return Optional.ofNullable(entries.remove(token)).filter(this::alive).map(Held::value);
  }

  private boolean alive(Held<V> entry) {
    return clock.instant().isBefore(entry.expiresAt());
  }
}
