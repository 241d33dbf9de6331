package io.netty.handler.codec.quic;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Whom a connection takes for its client. */
@NullMarked
class QuichePeerTest {
  private static final long ID = 7;
  private static final long SECOND_NS = 1_000_000_000;
  private static final InetSocketAddress FIRST = new InetSocketAddress("192.0.2.1", 4000);
  private static final InetSocketAddress SECOND = new InetSocketAddress("192.0.2.1", 4001);

  private final QuichePeer peer = new QuichePeer();

  private void connected() {
    peer.update(FIRST);
    peer.used(ID);
  }

  @Test
  void anotherPortOfTheHostMayBeTheClient() {
    assertThat(peer.isOtherPort(SECOND, ID)).as("nobody yet").isFalse();
    connected();
    assertThat(peer.isHere(FIRST)).isTrue();
    assertThat(peer.isOtherPort(FIRST, ID)).isFalse();
    assertThat(peer.isOtherPort(SECOND, ID)).isTrue();
    assertThat(peer.isOtherPort(SECOND, ID + 1)).as("moved on purpose").isFalse();
    assertThat(peer.isOtherPort(new InetSocketAddress("192.0.2.2", 4001), ID)).isFalse();
  }

  @Test
  void packetsGoWhereTheClientIs() {
    connected();
    assertThat(peer.actual(FIRST)).isEqualTo(FIRST);
    peer.moved(SECOND, 0);
    assertThat(peer.isRebound()).isTrue();
    assertThat(peer.isHere(SECOND)).isTrue();
    assertThat(peer.known()).isEqualTo(FIRST);
    assertThat(peer.actual(FIRST)).isEqualTo(SECOND);
    InetSocketAddress other = new InetSocketAddress("192.0.2.2", 1);
    assertThat(peer.actual(other)).as("a path that quiche tries").isEqualTo(other);
    peer.update(FIRST);
    assertThat(peer.isHere(SECOND)).as("quiche knows nothing new").isTrue();
  }

  @Test
  void latePacketsAreNoReturn() {
    connected();
    peer.moved(SECOND, 0);
    peer.moved(FIRST, SECOND_NS);
    assertThat(peer.isHere(SECOND)).isTrue();
    peer.moved(FIRST, SECOND_NS + 1);
    assertThat(peer.isHere(FIRST)).isTrue();
    assertThat(peer.isRebound()).isFalse();
  }

  @Test
  void quicheKnowsBetterAfterAMigration() {
    connected();
    peer.moved(SECOND, 0);
    InetSocketAddress far = new InetSocketAddress("2001:db8::1", 5000);
    peer.update(far);
    assertThat(peer.isRebound()).isFalse();
    assertThat(peer.isHere(far)).isTrue();
    assertThat(peer.actual(far)).isEqualTo(far);
    assertThat(peer.actual(FIRST)).isEqualTo(FIRST);
    peer.moved(new InetSocketAddress("2001:db8::1", 5001), 1);
    assertThat(peer.isRebound()).isTrue();
  }
}
