package app.seventv.website;

import app.seventv.core.content.ConditionalResponse;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.content.EntityTag;
import app.seventv.core.content.Negotiation;
import app.seventv.core.content.Representation;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Response;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Bytes of one resource in every coding it can be sent in, with their entity tags. */
final class Content {
  /** Codings of copies, best first. */
  static final List<ContentCoding> COMPRESSED = List.of(ContentCoding.BR, ContentCoding.GZIP);

  private static final int TAG_BYTES = 12;

  private final Map<ContentCoding, Form> forms = new EnumMap<>(ContentCoding.class);
  private final List<ContentCoding> offered;

  /**
   * @param mediaType with charset
   * @param identity the bytes themselves
   * @param compressed further forms of the same bytes
   */
  Content(String mediaType, byte[] identity, Map<ContentCoding, byte[]> compressed) {
    String tag = tagOf(identity);
    forms.put(ContentCoding.IDENTITY, new Form(mediaType, ContentCoding.IDENTITY, tag, identity));
    compressed.forEach((coding, bytes) ->
        forms.put(coding, new Form(mediaType, coding, tag + '-' + coding.token(), bytes)));
    this.offered = COMPRESSED.stream().filter(forms::containsKey).toList();
  }

  /** The bytes in one coding; each has a strong tag of its own (RFC 9110 §8.8.3.3). */
  private static final class Form {
    private final Representation representation;
    private final byte[] bytes;

    Form(String mediaType, ContentCoding coding, String tag, byte[] bytes) {
      Representation whole =
          Representation.of(bytes.length, mediaType)
              .withCoding(coding)
              .withEtag(EntityTag.strong(tag));
      // website.md §2.1: ranges only for media
      boolean media = mediaType.startsWith("image/") || mediaType.startsWith("video/");
      this.representation = media ? whole : whole.withoutRanges();
      this.bytes = bytes;
    }
  }

  private Form form(ContentCoding coding) {
    Form form = forms.get(coding);
    if (form == null) {
      throw new IllegalArgumentException("not offered: " + coding);
    }
    return form;
  }

  /**
   * Sends the form that the client likes best, or 304 if it has that.
   *
   * @param status 200, or an error's, which no condition changes
   */
  void send(Exchange exchange, int status, String caching) {
    Form form = form(Negotiation.coding(exchange.request().headers(), offered));
    HttpHeaders headers = Response.newHeaders();
    headers.set("cache-control", caching);
    if (!offered.isEmpty()) {
      headers.set("vary", "accept-encoding");
    }
    if (status == 200) {
      ConditionalResponse.answer(
          exchange, form.representation, headers, Unpooled.wrappedBuffer(form.bytes));
    } else {
      form.representation.describe(headers);
      exchange.respond(Response.of(status, headers, Unpooled.wrappedBuffer(form.bytes)));
    }
  }

  /** Media type with charset. */
  String mediaType() {
    return form(ContentCoding.IDENTITY).representation.contentType();
  }

  /** Bytes of an offered form. */
  byte[] bytes(ContentCoding coding) {
    return form(coding).bytes;
  }

  /** Entity tag of an offered form. */
  String etag(ContentCoding coding) {
    return String.valueOf(form(coding).representation.etag());
  }

  /** The bytes as UTF-8 text. */
  String text() {
    return new String(bytes(ContentCoding.IDENTITY), StandardCharsets.UTF_8);
  }

  private static String tagOf(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest, TAG_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
