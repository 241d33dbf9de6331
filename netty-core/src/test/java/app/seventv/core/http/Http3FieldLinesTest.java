package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http3.StaticQpack;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Fields that come again give what they gave before, and nothing else changes. */
class Http3FieldLinesTest {
  private static final HexFormat HEX = HexFormat.of();

  /** {@code www.example.com} and {@code custom-value} as Huffman codes (RFC 7541 C.4). */
  private static final String EXAMPLE_COM = "8cf1e3c2e5f23a6ba0ab90f4ff";

  private static final String CUSTOM_VALUE = "8925a849e95bb8e8b4bf";

  /** {@code custom-key}, behind the bits of a literal name: eight octets of Huffman codes. */
  private static final String CUSTOM_KEY = "2f0125a849e95ba97d7f";

  private static final String AUTHORITY = "50" + EXAMPLE_COM;
  private static final String PATH = "51" + text("/emote/1/4x.webp");

  private static String text(String value) {
    byte[] octets = value.getBytes(StandardCharsets.US_ASCII);
    assertThat(octets.length).isLessThan(0x7F);
    return HEX.toHexDigits((byte) octets.length) + HEX.formatHex(octets);
  }

  /** Most kinds of lines there are, with and without a fault. */
  private static List<byte[]> lines() {
    List<byte[]> lines = new ArrayList<>();
    for (String line :
        List.of(
            "d1", // :method GET
            "c0", // :authority
            "ff00", // the 63rd of the static table
            "ff7f", // none
            "80", // dynamic
            "10", // dynamic, after the base
            "00" + text("x"),
            "40" + text("dynamic name"),
            AUTHORITY,
            PATH,
            "51" + text("/with?query"),
            "71" + text("/never-indexed"),
            "5f00" + text("static name 15"),
            CUSTOM_KEY + CUSTOM_VALUE,
            CUSTOM_KEY + text("plain"),
            "23" + HEX.formatHex("key".getBytes(StandardCharsets.US_ASCII)) + "00",
            "33" + HEX.formatHex("key".getBytes(StandardCharsets.US_ASCII)) + text("never"),
            "2000" + "00",
            "5083ffffff", // Huffman padding that is too long
            "51ff",
            "51ffffffffff7f",
            "27ffffffffff7f")) {
      lines.add(HEX.parseHex(line));
    }
    ByteBuf longs = Unpooled.buffer();
    StaticQpack.add(longs, "user-agent", "a".repeat(500));
    lines.add(bytes(longs));
    longs.clear();
    StaticQpack.add(longs, "x-".repeat(60), "b".repeat(60));
    lines.add(bytes(longs));
    return lines;
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  private record Outcome(boolean wellFormed, List<String> fields) {}

  private interface Decoder {
    boolean decode(ByteBuf section, BiConsumer<CharSequence, CharSequence> fields);
  }

  private static Outcome outcome(Decoder decoder, byte[] section) {
    List<String> fields = new ArrayList<>();
    boolean wellFormed =
        decoder.decode(
            Unpooled.wrappedBuffer(section), (name, value) -> fields.add(name + "=" + value));
    return new Outcome(wellFormed, fields);
  }

  /** Netty's decoder, which takes a base before the beginning (RFC 9204 §4.5.1.2). */
  private static boolean decodeWithoutMemory(
      ByteBuf section, BiConsumer<CharSequence, CharSequence> fields) {
    if (section.readableBytes() > 1 && section.getByte(1) < 0) {
      return false;
    }
    try {
      return new StaticQpack().decode(section, fields);
    } catch (AssertionError cutShort) { // Netty's, for a number without an end
      return false;
    }
  }

  @Test
  void sectionsMeanWhatTheyMeanWithoutMemory() {
    List<byte[]> lines = lines();
    Http3FieldLines known = new Http3FieldLines();
    Random random = new Random(11);
    int wellFormed = 0;
    for (int i = 0; i < 40_000; i++) {
      ByteBuf section = Unpooled.buffer();
      section.writeShort(random.nextInt(50) == 0 ? random.nextInt(1 << 16) : 0);
      int most = random.nextInt(100) == 0 ? 400 : 6;
      for (int n = random.nextInt(most); n > 0; n--) {
        section.writeBytes(lines.get(random.nextInt(lines.size())));
      }
      if (random.nextInt(4) == 0) {
        section.setByte(random.nextInt(section.writerIndex()), random.nextInt(256));
      }
      if (random.nextInt(4) == 0) {
        section.writerIndex(random.nextInt(section.writerIndex() + 1));
      }
      byte[] octets = bytes(section);
      Outcome expected = outcome(Http3FieldLinesTest::decodeWithoutMemory, octets);
      assertThat(outcome(known::decode, octets)).as(HEX.formatHex(octets)).isEqualTo(expected);
      wellFormed += expected.wellFormed ? 1 : 0;
    }
    assertThat(wellFormed).isBetween(4_000, 36_000);
  }

  private static CharSequence valueOf(Http3FieldLines lines, String line) {
    List<CharSequence> values = new ArrayList<>();
    ByteBuf section = Unpooled.wrappedBuffer(HEX.parseHex("0000" + line));
    assertThat(lines.decode(section, (name, value) -> values.add(value))).isTrue();
    assertThat(section.isReadable()).isFalse();
    return values.getFirst();
  }

  @Test
  void fieldsThatComeAgainAreTheSameTexts() {
    Http3FieldLines lines = new Http3FieldLines();
    assertThat(valueOf(lines, AUTHORITY)).hasToString("www.example.com");
    for (String line : List.of(AUTHORITY, PATH, CUSTOM_KEY + CUSTOM_VALUE)) {
      assertThat(valueOf(lines, line)).isSameAs(valueOf(lines, line));
    }
  }

  @Test
  void secretsAreNotKept() {
    Http3FieldLines lines = new Http3FieldLines();
    for (String line :
        List.of(
            "51" + text("/emotes?token=1"),
            "55" + text("session=1"), // cookie
            "5f45" + text("Bearer 1"), // authorization
            "26" + HEX.formatHex("cookie".getBytes(StandardCharsets.US_ASCII)) + text("session=1"),
            "71" + text("/never-indexed"),
            "33"
                + HEX.formatHex("key".getBytes(StandardCharsets.US_ASCII))
                + text("never indexed"))) {
      assertThat(valueOf(lines, line)).isNotSameAs(valueOf(lines, line));
    }
  }
}
