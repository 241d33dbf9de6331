package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** How much is dropped of what a client still sends; {@link Http1EndTest} has the way itself. */
class LingeringCloseTest {
  @Test
  void oneByteOverTheLimitEndsTheConnection() {
    EmbeddedChannel channel = new EmbeddedChannel();
    LingeringClose close = new LingeringClose(channel, () -> {});
    close.discarded((int) LingeringClose.LIMIT_BYTES - 1);
    close.discarded(1);
    assertThat(channel.isOpen()).isTrue();
    close.discarded(1);
    assertThat(channel.isOpen()).isFalse();
  }
}
