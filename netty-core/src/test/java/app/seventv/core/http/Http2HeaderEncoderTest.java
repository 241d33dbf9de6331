package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compressed heads (RFC 7541), read by Netty's decoder as a client would. */
final class Http2HeaderEncoderTest {
  private static final HeaderBlock WEBP = block("image/webp");
  private static final HeaderBlock AVIF = block("image/avif");

  private final Http2HeaderEncoder encoder = new Http2HeaderEncoder();
  private final DefaultHttp2HeadersDecoder client = new DefaultHttp2HeadersDecoder(false);
  private final ByteBuf out = Unpooled.buffer();

  @AfterEach
  void close() {
    encoder.close();
    out.release();
  }

  private static HeaderBlock block(String type) {
    return HeaderBlock.of(
        Response.newHeaders()
            .add("content-type", type)
            .add("cache-control", "public, max-age=604800, immutable")
            .add("x-content-type-options", "nosniff")
            .add("server", "cdn"));
  }

  /** Fields of a response with the common ones first. */
  private static HttpHeaders fields(@Nullable HeaderBlock common, String... namesAndValues) {
    HttpHeaders fields =
        common == null
            ? Response.newHeaders()
            : Response.newHeaders(common, namesAndValues.length / 2);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return fields;
  }

  /** Sends a head and has the client read it; returns the bytes that it took. */
  private int send(HttpHeaders fields) throws Exception {
    return send("200", fields);
  }

  private int send(CharSequence status, HttpHeaders fields) throws Exception {
    out.clear();
    encoder.encode(1, status, fields, out);
    int bytes = out.readableBytes();
    List<String> expected = new ArrayList<>();
    fields.forEach(field -> expected.add(field.getKey() + ": " + field.getValue()));
    List<String> read = new ArrayList<>();
    client
        .decodeHeaders(1, out)
        .forEach(field -> read.add(field.getKey() + ": " + field.getValue()));
    assertThat(read.removeFirst()).isEqualTo(":status: " + status);
    assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
    return bytes;
  }

  @Test
  void commonFieldsAreAByteEachOnceTheTableHasThem() throws Exception {
    int first = send(fields(WEBP, "age", "1"));
    int second = send(fields(WEBP, "age", "2"));
    assertThat(send(fields(WEBP, "age", "3"))).isEqualTo(second);
    int alone = send(fields(null, "age", "3"));
    assertThat(second).isLessThan(first).isEqualTo(alone + WEBP.size());
  }

  @Test
  void keptBytesAreMadeAnewWhenTheTableMoves() throws Exception {
    for (int second = 0; second < 3; second++) {
      for (int i = 0; i < 3; i++) {
        send(fields(WEBP, "age", "7", "date", "Thu, 26 Nov 2026 08:00:0" + second + " GMT"));
      }
    }
    send(fields(AVIF, "age", "1"));
    send(fields(WEBP, "age", "1"));
  }

  @Test
  void aNewSizeOfTheTableIsObeyed() throws Exception {
    send(fields(WEBP));
    send(fields(WEBP));
    for (long bytes : new long[] {0, 64, 4_096}) {
      client.configuration().maxHeaderTableSize(bytes);
      encoder.tableBytes(bytes);
      send(fields(WEBP, "x-new", "value"));
      send(fields(WEBP, "x-new", "value"));
      send(fields(WEBP, "x-new", "value"));
    }
  }

  @Test
  void randomSequencesAreReadAsTheyWereMeant() throws Exception {
    Random random = new Random(7);
    CharSequence[] names = {
      "etag",
      HttpHeaderNames.ETAG,
      "age",
      HttpHeaderNames.AGE,
      "date",
      HttpHeaderNames.DATE,
      "vary",
      HttpHeaderNames.VARY,
      "x-other",
      new AsciiString("x-7tv-cache-hits"),
      HttpHeaderNames.CONTENT_LENGTH,
      "set-cookie",
      HttpHeaderNames.SET_COOKIE
    };
    for (int i = 0; i < 20_000; i++) {
      HttpHeaders fields =
          fields(random.nextInt(4) == 0 ? null : random.nextBoolean() ? WEBP : AVIF);
      for (int count = random.nextInt(5); count > 0; count--) {
        // Values of all lengths up to beyond what one byte of a length can tell.
        String value = Integer.toString(random.nextInt(8)).repeat(1 + random.nextInt(300));
        fields.add(names[random.nextInt(names.length)], value);
      }
      if (random.nextInt(100) == 0) {
        long bytes = random.nextInt(5_000);
        client.configuration().maxHeaderTableSize(bytes);
        encoder.tableBytes(bytes);
      }
      send(random.nextInt(10) == 0 ? "206" : "200", fields);
    }
  }

  /** As a hit of the CDN has them: the date is a byte for the rest of its second. */
  @Test
  void whatIsTheObjectsOwnStaysOutOfTheTable() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String date = "Thu, 26 Nov 2026 08:00:0" + i / 3 + " GMT";
      HttpHeaders fields =
          fields(WEBP)
              .add(HttpHeaderNames.ETAG, "\"" + i + "\"")
              .add(HttpHeaderNames.AGE, Integer.toString(i))
              .add(HttpHeaderNames.CONTENT_LENGTH, "2000" + i)
              .add(HttpHeaderNames.DATE, date);
      sizes.add(send(fields));
    }
    assertThat(sizes.get(1)).isEqualTo(sizes.get(2)).isEqualTo(sizes.get(5));
    assertThat(sizes.get(3)).isGreaterThan(sizes.get(1) + 20).isLessThan(sizes.get(0));
  }

  @Test
  void aSecretIsNeverToBeIndexed() throws Exception {
    String secret = "id=0123456789";
    send(fields(WEBP, "x-a", "1"));
    out.clear();
    encoder.encode(1, "200", fields(WEBP).add(HttpHeaderNames.SET_COOKIE, secret), out);
    int at = out.writerIndex() - secret.length() - 1;
    assertThat(out.getByte(at)).isEqualTo((byte) secret.length());
    assertThat(out.getByte(at - 2) & 0xF0).isEqualTo(0x10); // RFC 7541 §6.2.3, index 55
  }
}
