package app.seventv.cdn.peer;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.config.ValueTypes;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The {@code peers} option group: nodes that ask each other before the origin.
 *
 * @param bind where this node answers the others; a private address
 * @param nodes addresses of all nodes, this one too, the same list everywhere
 * @param self this node's address in the list
 * @param secret what they know each other by
 * @param timeout for the head of an answer, and for a small body
 */
public record PeerOptions(
    InetSocketAddress bind, List<URI> nodes, URI self, Secret secret, Duration timeout) {
  private static final Key<Optional<InetSocketAddress>> BIND =
      Key.optional("bind", ValueTypes.ADDRESS, "Where other nodes ask this one; none: peers off.");
  private static final Key<List<URI>> NODES =
      Key.of(
          "nodes",
          ValueTypes.URL.list(),
          List.of(),
          "Addresses of all nodes: http://10.0.0.1:8001.");
  private static final Key<String> SELF =
      Key.string("self", "", "This node's address among the nodes.");
  private static final Key<Optional<Secret>> SECRET =
      Key.secret("secret", "Shared secret of the nodes.");
  private static final Key<Duration> TIMEOUT =
      Key.duration(
          "timeout",
          Duration.ofMillis(500),
          "For a peer's answer; large bodies may take longer; then the origin's.");

  /** Keys of the group; include it under a service's prefix. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(BIND, NODES, SELF, SECRET, TIMEOUT)
          .check(PeerOptions::check)
          .build();

  private static void check(Config group, ConfigCheck.Problems problems) {
    if (group.get(BIND).isEmpty()) {
      return;
    }
    if (group.get(SECRET).filter(secret -> !secret.isBlank()).isEmpty()) {
      problems.add(SECRET, "is missing or empty: everybody could be a node");
    }
    if (group.get(NODES).stream().noneMatch(node -> node.toString().equals(group.get(SELF)))) {
      problems.add(SELF, "is not among the nodes: \"" + group.get(SELF) + "\"");
    }
  }

  /** Checks that this node is one of them. */
  public PeerOptions {
    nodes = List.copyOf(nodes);
    if (!nodes.contains(self)) {
      throw new IllegalArgumentException("cdn.peers.self is not among cdn.peers.nodes: " + self);
    }
  }

  /** The group's values; nothing without an address to answer on. */
  public static Optional<PeerOptions> from(Config group) {
    Optional<InetSocketAddress> bind = group.get(BIND);
    if (bind.isEmpty()) {
      return Optional.empty();
    }
    Secret secret = group.get(SECRET).orElseThrow();
    return Optional.of(
        new PeerOptions(
            bind.get(), group.get(NODES), URI.create(group.get(SELF)), secret, group.get(TIMEOUT)));
  }
}
