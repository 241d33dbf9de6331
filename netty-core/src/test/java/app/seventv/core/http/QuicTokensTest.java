package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Retry tokens (RFC 9000 §8.1.4). */
class QuicTokensTest {
  private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 4433);

  private final AtomicLong clockMs = new AtomicLong(1_000_000);
  private final byte[] oldKey = new byte[16];
  private final byte[] newKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  private final ByteBuf original = Unpooled.wrappedBuffer(new byte[] {9, 8, 7, 6, 5, 4, 3, 2});
  private final ByteBuf retryId =
      Unpooled.wrappedBuffer(new QuicConnectionIds(1, 2).newId(QuicConnectionIds.LENGTH_BYTES));

  private QuicTokens tokens(byte[]... keys) {
    return new QuicTokens(QuicTokenKeys.of(List.of(keys)), () -> true, clockMs::get);
  }

  private ByteBuf token(QuicTokens from) {
    ByteBuf token = Unpooled.buffer(from.maxTokenLength());
    assertThat(from.writeToken(token, original, CLIENT)).isTrue();
    return token;
  }

  @Test
  void ownTokensAreAcceptedAndHoldTheOriginalId() {
    QuicTokens tokens = tokens(newKey);
    ByteBuf token = token(tokens);
    int offset = tokens.validateToken(token, CLIENT);
    assertThat(token.slice(offset, token.readableBytes() - offset)).isEqualTo(original);
    assertThat(tokens.isValidated(CLIENT)).isFalse();
    assertThat(tokens.validateToken(token, CLIENT, retryId).isValid()).isTrue();
    assertThat(tokens.isValidated(CLIENT)).isTrue();
    assertThat(tokens.isValidated(new InetSocketAddress("192.0.2.2", 4433))).isFalse();
  }

  @Test
  void noTokenIsAskedForBelowTheThreshold() {
    QuicTokens tokens = new QuicTokens(QuicTokenKeys.random(), () -> false, clockMs::get);
    assertThat(tokens.writeToken(Unpooled.buffer(), original, CLIENT)).isFalse();
  }

  @Test
  void anotherAddressPortTimeIdOrByteIsRefused() {
    QuicTokens tokens = tokens(newKey);
    ByteBuf token = token(tokens);
    assertThat(tokens.validateToken(token, new InetSocketAddress("192.0.2.2", 4433))).isNegative();
    assertThat(tokens.validateToken(token, new InetSocketAddress("192.0.2.1", 4434))).isNegative();
    assertThat(tokens.validateToken(token, CLIENT, original).isValid()).isFalse();
    for (int i = 0; i < token.readableBytes(); i++) {
      ByteBuf changed = token.copy();
      changed.setByte(i, changed.getByte(i) ^ 1);
      assertThat(tokens.validateToken(changed, CLIENT)).as("byte " + i).isNegative();
    }
    assertThat(tokens.validateToken(token.slice(0, 24), CLIENT)).isNegative();
    clockMs.addAndGet(10_001);
    assertThat(tokens.validateToken(token, CLIENT)).as("too old").isNegative();
  }

  @Test
  void keysRotate() {
    ByteBuf token = token(tokens(oldKey));
    assertThat(tokens(newKey, oldKey).validateToken(token, CLIENT)).isPositive();
    assertThat(tokens(newKey).validateToken(token, CLIENT)).isNegative();
  }
}
