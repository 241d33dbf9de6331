package app.seventv.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a ClientHello says about key exchange, however it is made. */
class ClientHelloTest {
  private static final int X25519 = 0x001d;
  private static final int X25519_MLKEM768 = 0x11ec;
  private static final int TICKET_BYTES = 100;

  private final TicketSecret key = new TicketSecret(new byte[TicketKeys.SECRET_BYTES], new byte[0]);
  private final TicketSecret other =
      new TicketSecret(new byte[TicketKeys.SECRET_BYTES], new byte[] {1});

  private boolean resumes(ByteBuf record) {
    return ClientHello.resumesOverX25519(record, List.of(other, key));
  }

  private static ByteBuf vector(int lengthBytes, ByteBuf content) {
    ByteBuf vector = Unpooled.buffer();
    return (lengthBytes == 1
            ? vector.writeByte(content.readableBytes())
            : vector.writeShort(content.readableBytes()))
        .writeBytes(content);
  }

  private static ByteBuf zeros(int count) {
    return Unpooled.buffer().writeZero(count);
  }

  private static ByteBuf extension(int type, ByteBuf content) {
    return Unpooled.buffer().writeShort(type).writeBytes(vector(2, content));
  }

  private static ByteBuf keyShares(int... groups) {
    ByteBuf shares = Unpooled.buffer();
    for (int group : groups) {
      shares.writeShort(group).writeBytes(vector(2, zeros(32)));
    }
    return extension(51, vector(2, shares));
  }

  private static ByteBuf ticket(TicketSecret of) {
    ByteBuf identity = vector(2, Unpooled.buffer().writeBytes(of.forTcp().name()).writeZero(84));
    ByteBuf identities = vector(2, identity.writeInt(0));
    return extension(41, identities.writeBytes(vector(2, vector(1, zeros(32)))));
  }

  /** A record with extensions after one that has nothing to do with it. */
  private static ByteBuf hello(ByteBuf... extensions) {
    ByteBuf all = extension(0, zeros(9));
    for (ByteBuf extension : extensions) {
      all.writeBytes(extension);
    }
    ByteBuf body =
        Unpooled.buffer()
            .writeShort(0x0303)
            .writeZero(32)
            .writeBytes(vector(1, zeros(32)))
            .writeBytes(vector(2, zeros(6)))
            .writeBytes(vector(1, zeros(1)))
            .writeBytes(vector(2, all));
    ByteBuf message = Unpooled.buffer().writeByte(1).writeMedium(body.readableBytes());
    return Unpooled.buffer()
        .writeByte(22)
        .writeShort(0x0301)
        .writeBytes(vector(2, message.writeBytes(body)));
  }

  @Test
  void aTicketOfOursWithAShareForX25519Does() {
    assertThat(resumes(hello(keyShares(X25519), ticket(key)))).isTrue();
    assertThat(resumes(hello(keyShares(X25519_MLKEM768, X25519), ticket(other)))).isTrue();
  }

  @Test
  void anythingElseDoesNot() {
    TicketSecret stranger =
        new TicketSecret(new byte[TicketKeys.SECRET_BYTES], new byte[TICKET_BYTES]);
    assertThat(resumes(hello())).isFalse();
    assertThat(resumes(hello(keyShares(X25519)))).isFalse();
    assertThat(resumes(hello(ticket(key)))).isFalse();
    assertThat(resumes(hello(keyShares(X25519_MLKEM768), ticket(key)))).isFalse();
    assertThat(resumes(hello(keyShares(X25519), ticket(stranger)))).isFalse();
    assertThat(resumes(hello(keyShares(X25519), ticket(key)).setByte(5, 2))).isFalse();
  }

  @Test
  void noPartOfItDoes() {
    ByteBuf whole = hello(keyShares(X25519_MLKEM768, X25519), ticket(key));
    int named = whole.readableBytes() - 84 - 4 - 2 - 33;
    for (int length = 0; length < named; length++) {
      assertThat(resumes(whole.copy(0, length))).as("%d bytes", length).isFalse();
    }
  }

  @Test
  void garbageIsHarmless() {
    Random random = new Random(1);
    ByteBuf whole = hello(keyShares(X25519_MLKEM768, X25519), ticket(key));
    int resumed = 0;
    for (int i = 0; i < 100_000; i++) {
      ByteBuf broken = whole.copy();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken.setByte(random.nextInt(broken.readableBytes()), random.nextInt(256));
      }
      resumed += resumes(broken) ? 1 : 0; // must return
    }
    assertThat(resumed).isBetween(1, 99_999);
  }
}
