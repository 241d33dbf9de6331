package app.seventv.website;

import app.seventv.core.content.CodedVariants;
import app.seventv.core.content.ConditionalResponse;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.content.EntityTag;
import app.seventv.core.content.Representation;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Response;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/** Bytes of one resource in every coding it can be sent in, with their entity tags. */
final class Content {
  private final CodedVariants<Form> forms;

  /**
   * @param mediaType with charset
   * @param identity the bytes themselves
   * @param compressed further forms of the same bytes
   */
  Content(String mediaType, byte[] identity, Map<ContentCoding, byte[]> compressed) {
    Map<ContentCoding, Form> all = new EnumMap<>(ContentCoding.class);
    all.put(ContentCoding.IDENTITY, new Form(mediaType, ContentCoding.IDENTITY, identity));
    compressed.forEach((coding, bytes) -> all.put(coding, new Form(mediaType, coding, bytes)));
    this.forms = new CodedVariants<>(all);
  }

  /** The bytes in one coding; each has a strong tag of its own (RFC 9110 §8.8.3.3). */
  private static final class Form {
    private final Representation representation;
    private final byte[] bytes;

    Form(String mediaType, ContentCoding coding, byte[] bytes) {
      Representation whole =
          Representation.of(bytes.length, mediaType)
              .withCoding(coding)
              .withEtag(EntityTag.ofContent(bytes, coding));
      // website.md §2.1: ranges only for media
      boolean media = mediaType.startsWith("image/") || mediaType.startsWith("video/");
      this.representation = media ? whole : whole.withoutRanges();
      this.bytes = bytes;
    }
  }

  /**
   * Sends the form that the client likes best, or 304 if it has that.
   *
   * @param status 200, or an error's, which no condition changes
   */
  void send(Exchange exchange, int status, String caching) {
    Form form = forms.choose(exchange.request().headers());
    HttpHeaders headers = Response.newHeaders();
    headers.set("cache-control", caching);
    forms.vary(headers);
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
    return forms.get(ContentCoding.IDENTITY).representation.contentType();
  }

  /** Bytes of an offered form. */
  byte[] bytes(ContentCoding coding) {
    return forms.get(coding).bytes;
  }

  /** Entity tag of an offered form. */
  String etag(ContentCoding coding) {
    return String.valueOf(forms.get(coding).representation.etag());
  }

  /** The bytes as UTF-8 text. */
  String text() {
    return new String(bytes(ContentCoding.IDENTITY), StandardCharsets.UTF_8);
  }
}
