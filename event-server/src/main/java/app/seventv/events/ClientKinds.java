package app.seventv.events;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of clients seen lately. Names come from clients, so only those of known applications,
 * and only so many, are told apart (event-api.md §20 row 25): beyond that the versions of a known
 * application share one kind per transport, and the rest another. A kind without sessions makes
 * room after a while, and its figures go with it.
 */
final class ClientKinds {
  /** Kinds told apart, over both transports. */
  static final int MAX_KINDS = 512;

  /** How long a kind stays without a session: some scrapes see its last figures. */
  static final Duration IDLE = Duration.ofMinutes(10);

  private static final String UNKNOWN = "unknown";
  private static final String OTHER = "other";

  /** Prefixes of user agents that tell the application (event-api.md §2.5). */
  private static final String CHATTERINO = "Chatterino/";

  private static final String OKHTTP = "okhttp/";

  private final Set<String> knownApps;
  private final LongSupplier clockNs;
  private final ConcurrentMap<Key, ClientKind> kinds = new ConcurrentHashMap<>();

  private record Key(String transport, String app, String version) {}

  /** Labels of a count of commands. */
  record CommandLabels(String direction, String command, String app, String version) {}

  /**
   * No kinds yet.
   *
   * @param knownApps applications that are told apart; empty: any
   */
  ClientKinds(Collection<String> knownApps) {
    this(knownApps, System::nanoTime);
  }

  /**
   * No kinds yet.
   *
   * @param knownApps applications that are told apart; empty: any
   * @param clockNs a clock that does not jump
   */
  ClientKinds(Collection<String> knownApps, LongSupplier clockNs) {
    this.knownApps = Set.copyOf(knownApps);
    this.clockNs = clockNs;
  }

  /**
   * Commands in both directions, summed over the transports; those that never came are left out.
   */
  Map<CommandLabels, Long> commands() {
    Map<CommandLabels, Long> sums = new HashMap<>();
    for (ClientKind kind : kinds.values()) {
      kind.commands((direction, command, count) -> {
        if (count > 0) {
          sums.merge(
              new CommandLabels(direction, command, kind.app(), kind.version()), count, Long::sum);
        }
      });
    }
    return sums;
  }

  Collection<ClientKind> all() {
    return kinds.values();
  }

  /** Forgets kinds that have had no session for {@link #IDLE}. */
  void expire() {
    long nowNs = clockNs.getAsLong();
    for (Key key : kinds.keySet()) {
      kinds.computeIfPresent(key, (_, kind) -> kind.idleNs(nowNs) > IDLE.toNanos() ? null : kind);
    }
  }

  /** The kind that query parameters and user agent of a handshake tell. */
  ClientKind of(
      String transport,
      @Nullable String app,
      @Nullable String version,
      @Nullable String userAgent) {
    String knownApp = app == null || app.isEmpty() ? UNKNOWN : app;
    String knownVersion = version == null || version.isEmpty() ? UNKNOWN : version;
    if (userAgent != null && knownApp.equals(UNKNOWN) && knownVersion.equals(UNKNOWN)) {
      if (userAgent.startsWith(CHATTERINO)) {
        String rest = userAgent.substring(CHATTERINO.length());
        int space = rest.indexOf(' ');
        return kind(transport, "Chatterino", space < 0 ? rest : rest.substring(0, space));
      }
      if (userAgent.startsWith(OKHTTP)) {
        return kind(transport, "okhttp", userAgent.substring(OKHTTP.length()));
      }
    }
    return kind(transport, knownApp, knownVersion);
  }

  private ClientKind kind(String transport, String app, String version) {
    boolean isKnown = app.equals(UNKNOWN) || knownApps.contains(app);
    Key key =
        isKnown || knownApps.isEmpty()
            ? new Key(transport, app, version)
            : new Key(transport, OTHER, OTHER);
    if (!kinds.containsKey(key) && kinds.size() >= MAX_KINDS) {
      key = new Key(transport, isKnown ? app : OTHER, OTHER);
    }
    long nowNs = clockNs.getAsLong();
    // Under the map's lock, so that a kind that is being handed out does not expire.
    return kinds.compute(
        key,
        (k, known) -> {
          ClientKind kind = known == null ? new ClientKind(k.transport, k.app, k.version) : known;
          kind.used(nowNs);
          return kind;
        });
  }
}
