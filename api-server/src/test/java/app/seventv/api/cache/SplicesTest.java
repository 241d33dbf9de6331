package app.seventv.api.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.web.JsonWriter;
import app.seventv.core.content.EntityTag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Bodies that are put together of compressed pieces are what any gzip reader takes. */
class SplicesTest {
  private final Random random = new Random(3);

  /** Reads one member to its end, which checks length and checksum, and nothing may follow. */
  private static byte[] gunzip(ByteBuf body) throws IOException {
    ByteBufInputStream rest = new ByteBufInputStream(body, true);
    try (GZIPInputStream in = new GZIPInputStream(rest)) {
      byte[] text = in.readAllBytes();
      assertThat(rest.available()).isZero();
      return text;
    }
  }

  private byte[] text(int length) {
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) "{\"name\":0123,}".charAt(random.nextInt(14));
    }
    return text;
  }

  @Test
  void textAndPiecesComeInTheirOrder() throws Exception {
    int[] lengths = {0, 1, 2, 63, 64, 65, 66, 1000, 70_000};
    for (int round = 0; round < 200; round++) {
      JsonWriter out = new JsonWriter(64);
      Splices splices = new Splices();
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int i = random.nextInt(6); i >= 0; i--) {
        byte[] between = text(lengths[random.nextInt(lengths.length)]);
        byte[] piece = text(1 + lengths[random.nextInt(lengths.length)]);
        out.raw(between);
        splices.add(out, DeflatePiece.of(piece, 0, piece.length));
        expected.writeBytes(between);
        expected.writeBytes(piece);
      }
      byte[] end = text(random.nextInt(100));
      out.raw(end);
      expected.writeBytes(end);
      assertThat(gunzip(splices.join(out).body()))
          .as("round %d", round)
          .isEqualTo(expected.toByteArray());
    }
  }

  @Test
  void aPieceMayStandInManyPlaces() throws Exception {
    byte[] text = "[1,2,3]".repeat(50).getBytes(StandardCharsets.US_ASCII);
    DeflatePiece piece = DeflatePiece.of(text, 0, text.length);
    JsonWriter out = new JsonWriter(64);
    Splices splices = new Splices();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      splices.add(out, piece);
      expected.writeBytes(text);
    }
    assertThat(gunzip(splices.join(out).body())).isEqualTo(expected.toByteArray());
  }

  @Test
  void equalTagsMeanEqualBodies() {
    Set<EntityTag> tags = new HashSet<>();
    for (String text : List.of("", "a", "b", "ab")) {
      for (String piece : List.of("a", "b", "ab", "x".repeat(100), "y".repeat(100))) {
        assertThat(tags.add(tag(text, piece))).isTrue();
        assertThat(tags.add(tag(text, piece))).as("made twice").isFalse();
      }
    }
  }

  private static EntityTag tag(String text, String piece) {
    byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
    JsonWriter out = new JsonWriter(64).raw(text.getBytes(StandardCharsets.US_ASCII));
    Splices splices = new Splices();
    splices.add(out, DeflatePiece.of(bytes, 0, bytes.length));
    Splices.Joined joined = splices.join(out);
    joined.body().release();
    return joined.tag();
  }

  /** Nothing of it is smaller than it was, so that the room for it does not suffice at first. */
  @Test
  void noiseFitsAsWell() throws Exception {
    byte[] noise = new byte[300_000];
    random.nextBytes(noise);
    JsonWriter out = new JsonWriter(64);
    Splices splices = new Splices();
    splices.add(out, DeflatePiece.of(noise, 0, noise.length));
    assertThat(gunzip(splices.join(out).body())).isEqualTo(noise);
  }

  @Test
  void checksumsOfPartsMakeThatOfTheWhole() {
    byte[] whole = text(100_000);
    for (int at : new int[] {0, 1, 7, 4096, 99_999, 100_000}) {
      int first = crc(Arrays.copyOf(whole, at));
      int second = crc(Arrays.copyOfRange(whole, at, whole.length));
      assertThat(Crc32.combine(first, second, Crc32.shift(whole.length - at)))
          .isEqualTo(crc(whole));
    }
  }

  private static int crc(byte[] text) {
    CRC32 crc = new CRC32();
    crc.update(text);
    return (int) crc.getValue();
  }
}
