package app.seventv.api.uploads;

import app.seventv.api.common.ApiException;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.HttpData;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads a small {@code multipart/form-data} body that is already in memory (RFC 7578). */
public final class Multipart {
  /** Most parts in one body. */
  private static final int MAX_PARTS = 16;

  /** Most bytes of part headers and of bytes the parser holds back. */
  private static final int MAX_BUFFERED_BYTES = 64 * 1024;

  private Multipart() {}

  /**
   * The parts by name; of two parts with one name the later wins.
   *
   * @param contentType the request's content type
   * @param known names that may occur
   * @throws ApiException 400 with the texts of api-v4.md §7.2
   */
  public static Map<String, byte[]> parse(String contentType, byte[] body, Set<String> known) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.POST,
            "/",
            Unpooled.wrappedBuffer(body),
            DefaultHttpHeadersFactory.headersFactory()
                .newHeaders()
                .set("content-type", inLowerCase(contentType)),
            DefaultHttpHeadersFactory.trailersFactory().newEmptyHeaders());
    DefaultHttpDataFactory inMemory = new DefaultHttpDataFactory(false);
    HttpPostRequestDecoder decoder = decoder(inMemory, request);
    try {
      return parts(decoder, known);
    } finally {
      decoder.destroy();
      inMemory.cleanAllHttpData();
    }
  }

  /**
   * Netty's decoder takes names in lower case only, though case does not matter (RFC 9110 §8.3).
   */
  private static String inLowerCase(String contentType) {
    return contentType
        .replaceFirst("(?i)^multipart/form-data", "multipart/form-data")
        .replaceFirst("(?i)\\bboundary=", "boundary=");
  }

  private static HttpPostRequestDecoder decoder(
      DefaultHttpDataFactory factory, FullHttpRequest request) {
    try {
      return new HttpPostRequestDecoder(
          factory, request, java.nio.charset.StandardCharsets.UTF_8, MAX_PARTS, MAX_BUFFERED_BYTES);
    } catch (RuntimeException e) {
      throw ApiException.badRequest("failed to parse multipart body");
    }
  }

  private static Map<String, byte[]> parts(HttpPostRequestDecoder decoder, Set<String> known) {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try {
      while (decoder.hasNext()) {
        InterfaceHttpData part = decoder.next();
        if (part.getName() == null || part.getName().isEmpty()) {
          throw ApiException.badRequest("missing field name");
        }
        if (!known.contains(part.getName())) {
          throw ApiException.badRequest("unknown field");
        }
        if (part instanceof HttpData data) {
          parts.put(part.getName(), data.get());
        }
      }
    } catch (HttpPostRequestDecoder.EndOfDataDecoderException e) {
      return parts; // how the parser reports the regular end of the body
    } catch (HttpPostRequestDecoder.ErrorDataDecoderException | IOException e) {
      throw ApiException.badRequest("failed to read field");
    }
    return parts;
  }
}
