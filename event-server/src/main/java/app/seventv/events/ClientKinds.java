package app.seventv.events;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of clients seen so far. Names come from clients, so only those of known applications,
 * and only so many, are told apart; the rest share one kind per transport (event-api.md §20 row
 * 25).
 */
final class ClientKinds {
  /** Kinds told apart, over both transports. */
  static final int MAX_KINDS = 512;

  private static final String UNKNOWN = "unknown";
  private static final String OTHER = "other";

  /** Prefixes of user agents that tell the application (event-api.md §2.5). */
  private static final String CHATTERINO = "Chatterino/";

  private static final String OKHTTP = "okhttp/";

  private final Set<String> knownApps;
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
    this.knownApps = Set.copyOf(knownApps);
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
    boolean isKnown = knownApps.isEmpty() || app.equals(UNKNOWN) || knownApps.contains(app);
    Key key = isKnown ? new Key(transport, app, version) : new Key(transport, OTHER, OTHER);
    ClientKind known = kinds.get(key);
    if (known != null) {
      return known;
    }
    Key allowed = kinds.size() < MAX_KINDS ? key : new Key(transport, OTHER, OTHER);
    return kinds.computeIfAbsent(allowed, k -> new ClientKind(k.transport, k.app, k.version));
  }
}
