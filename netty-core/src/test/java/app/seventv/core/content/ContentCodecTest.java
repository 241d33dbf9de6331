package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.content.ContentEncoder.Then;
import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Coders and decoders against each other and against other implementations. */
class ContentCodecTest {
  private static byte[] text(int bytes) {
    byte[] text = new byte[bytes];
    Random random = new Random(7);
    for (int i = 0; i < bytes; i++) {
      text[i] = (byte) ('a' + random.nextInt(1 + i % 7));
    }
    return text;
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(8).nextBytes(noise);
    return noise;
  }

  private static byte[] encode(ContentCoding coding, byte[] plain, int piece) throws IOException {
    ByteBuf out = Unpooled.buffer();
    try (ContentEncoder encoder = ContentEncoder.of(coding, 4)) {
      for (int at = 0; at < plain.length; at += piece) {
        encoder.encode(
            Unpooled.wrappedBuffer(plain, at, Math.min(piece, plain.length - at)), Then.MORE, out);
      }
      encoder.encode(Unpooled.EMPTY_BUFFER, Then.FINISH, out);
    }
    return ByteBufUtil.getBytes(out);
  }

  private static byte[] decode(ContentCoding coding, byte[] coded, int piece) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (ContentDecoder decoder = ContentDecoder.of(coding, Integer.MAX_VALUE)) {
      for (int at = 0; at < coded.length; at += piece) {
        ByteBuf in = Unpooled.wrappedBuffer(coded, at, Math.min(piece, coded.length - at));
        for (ByteBuf out = decoder.next(in); out != null; out = decoder.next(in)) {
          assertThat(out.readableBytes()).isBetween(1, ContentDecoder.PIECE_BYTES);
          plain.writeBytes(ByteBufUtil.getBytes(out));
          out.release();
        }
        assertThat(in.isReadable()).isFalse();
      }
      if (!decoder.isComplete()) {
        throw new IOException("incomplete");
      }
    }
    return plain.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(
      value = ContentCoding.class,
      names = {"GZIP", "DEFLATE", "BR", "ZSTD"})
  void whatIsEncodedIsDecoded(ContentCoding coding) throws Exception {
    for (byte[] plain :
        new byte[][] {{}, {1}, text(100), text(300_000), noise(200_000), new byte[1 << 20]}) {
      for (int piece : new int[] {1 << 20, 8192, 1000}) {
        byte[] coded = encode(coding, plain, piece);
        assertThat(decode(coding, coded, piece)).isEqualTo(plain);
      }
    }
    byte[] small = encode(coding, text(5_000), 5_000);
    assertThat(small.length).isLessThan(4_000);
    assertThat(decode(coding, small, 1)).isEqualTo(text(5_000));
  }

  /** Their libraries hand out memory that is freed when they are closed. */
  @ParameterizedTest
  @EnumSource(
      value = ContentCoding.class,
      names = {"BR", "ZSTD"})
  void aCoderThatIsClosedWritesIntoNoMemory(ContentCoding coding) throws Exception {
    ContentEncoder encoder = ContentEncoder.of(coding, 4);
    ContentDecoder decoder = ContentDecoder.of(coding, 100);
    byte[] coded = encode(coding, text(100), 100);
    for (AutoCloseable coder : new AutoCloseable[] {encoder, decoder}) {
      coder.close();
      coder.close();
    }
    assertThatThrownBy(
            () -> encoder.encode(Unpooled.wrappedBuffer(text(9)), Then.MORE, Unpooled.buffer()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> decoder.next(Unpooled.wrappedBuffer(coded)))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Everything before a flush can be read before anything after it is written. */
  @ParameterizedTest
  @EnumSource(
      value = ContentCoding.class,
      names = {"GZIP", "DEFLATE", "BR", "ZSTD"})
  void aFlushGivesOutAllThatWasWritten(ContentCoding coding) throws Exception {
    StringBuilder received = new StringBuilder();
    try (ContentEncoder encoder = ContentEncoder.of(coding, 4);
        ContentDecoder decoder = ContentDecoder.of(coding, Integer.MAX_VALUE)) {
      for (int event = 0; event < 50; event++) {
        ByteBuf out = Unpooled.buffer();
        encoder.encode(
            Unpooled.copiedBuffer("data: " + event + "\n\n", StandardCharsets.UTF_8),
            Then.MORE,
            out);
        encoder.encode(Unpooled.EMPTY_BUFFER, Then.FLUSH, out);
        for (ByteBuf plain = decoder.next(out); plain != null; plain = decoder.next(out)) {
          received.append(plain.toString(StandardCharsets.UTF_8));
          plain.release();
        }
        assertThat(received).endsWith("data: " + event + "\n\n");
      }
    }
  }

  @Test
  void gzipIsReadAndWrittenAsTheJdkDoes() throws Exception {
    byte[] plain = text(50_000);
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
      gzip.write(plain);
    }
    assertThat(decode(ContentCoding.GZIP, coded.toByteArray(), 999)).isEqualTo(plain);
    byte[] ours = encode(ContentCoding.GZIP, plain, 1_000);
    assertThat(new GZIPInputStream(new ByteArrayInputStream(ours)).readAllBytes()).isEqualTo(plain);
  }

  /** RFC 1952 §2.2 and §2.3: members in a row, and every optional part of a header. */
  @Test
  void gzipMembersAndHeaderPartsAreRead() throws Exception {
    byte[] member = encode(ContentCoding.GZIP, text(20), 20);
    ByteBuf decorated = Unpooled.buffer();
    decorated.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3});
    decorated.writeShortLE(3).writeBytes(new byte[] {1, 2, 3});
    decorated.writeBytes("name\0comment\0".getBytes(StandardCharsets.ISO_8859_1)).writeShort(0);
    decorated.writeBytes(member, 10, member.length - 10);
    decorated.writeBytes(member);
    byte[] both = ByteBufUtil.getBytes(decorated);
    for (int piece : new int[] {1, 7, both.length}) {
      assertThat(decode(ContentCoding.GZIP, both, piece)).hasSize(40).startsWith(text(20));
    }
  }

  /** RFC 9110 §8.4.1.2: zlib, and the bare form that some clients send. */
  @Test
  void bothFormsOfDeflateAreRead() throws Exception {
    for (boolean bare : new boolean[] {false, true}) {
      ByteArrayOutputStream coded = new ByteArrayOutputStream();
      try (DeflaterOutputStream deflate = new DeflaterOutputStream(coded, new Deflater(6, bare))) {
        deflate.write(text(70_000));
      }
      assertThat(decode(ContentCoding.DEFLATE, coded.toByteArray(), 100)).isEqualTo(text(70_000));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ContentCoding.class,
      names = {"GZIP", "DEFLATE", "BR", "ZSTD"})
  void brokenDataIsNoticed(ContentCoding coding) throws Exception {
    byte[] coded =
        coding == ContentCoding.DEFLATE
            ? ByteBufUtil.getBytes(zlib(text(5_000)))
            : encode(coding, text(5_000), 5_000);
    assertThatThrownBy(() -> decode(coding, noise(2_000), 2_000)).isInstanceOf(IOException.class);
    for (int length = 0; length < coded.length; length += 13) {
      byte[] cut = Arrays.copyOf(coded, length);
      assertThatThrownBy(() -> decode(coding, cut, 100)).isInstanceOf(IOException.class);
    }
    byte[] trailing = Arrays.copyOf(coded, coded.length + 5);
    assertThatThrownBy(() -> decode(coding, trailing, 100_000)).isInstanceOf(IOException.class);
  }

  private static ByteBuf zlib(byte[] plain) throws IOException {
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(coded)) {
      deflate.write(plain);
    }
    return Unpooled.wrappedBuffer(coded.toByteArray());
  }

  @Test
  void gzipChecksumsAreChecked() throws Exception {
    byte[] coded = encode(ContentCoding.GZIP, text(100), 100);
    for (int at = coded.length - 8; at < coded.length; at++) {
      byte[] wrong = coded.clone();
      wrong[at] ^= 1;
      assertThatThrownBy(() -> decode(ContentCoding.GZIP, wrong, 100))
          .hasMessageContaining("checksum");
    }
  }

  /** RFC 9659 §3: a frame that wants more than 8 MiB of window is refused, not served. */
  @Test
  void zstdWindowsAreBounded() {
    byte[] coded = new byte[1 << 16];
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(1).setLong(27);
      ByteBuffer target = ByteBuffer.allocateDirect(1 << 16);
      ByteBuffer source = ByteBuffer.allocateDirect(1 << 20);
      context.compressDirectByteBufferStream(target, source, EndDirective.CONTINUE);
      context.compressDirectByteBufferStream(target, source, EndDirective.END);
      coded = new byte[target.flip().remaining()];
      target.get(coded);
    }
    byte[] wide = coded;
    assertThatThrownBy(() -> decode(ContentCoding.ZSTD, wide, 1_000))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("Frame requires too much memory for decoding");
  }
}
