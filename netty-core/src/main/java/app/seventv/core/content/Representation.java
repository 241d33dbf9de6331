package app.seventv.core.content;

import app.seventv.core.http.HttpDate;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What is known of some bytes that can be sent: their length, type, coding and validators, with the
 * texts of their header fields. Made once, shared by every answer.
 */
public final class Representation {
  private final long length;
  private final String contentType;
  private final ContentCoding coding;
  private final @Nullable EntityTag etag;
  private final long lastModified;
  private final boolean divisible;
  private final String lengthText;
  private final @Nullable String etagText;
  private final @Nullable String lastModifiedText;

  private Representation(
      long length,
      String contentType,
      ContentCoding coding,
      @Nullable EntityTag etag,
      long lastModified,
      boolean divisible) {
    this.length = length;
    this.contentType = contentType;
    this.coding = coding;
    this.etag = etag;
    this.lastModified = lastModified;
    this.divisible = divisible;
    this.lengthText = Long.toString(length);
    this.etagText = etag == null ? null : etag.toString();
    this.lastModifiedText = lastModified == HttpDate.INVALID ? null : HttpDate.format(lastModified);
  }

  /** Bytes without validators. */
  public static Representation of(long length, String contentType) {
    if (length < 0) {
      throw new IllegalArgumentException("negative length: " + length);
    }
    return new Representation(
        length, contentType, ContentCoding.IDENTITY, null, HttpDate.INVALID, true);
  }

  /** With a tag. */
  public Representation withEtag(EntityTag tag) {
    return new Representation(length, contentType, coding, tag, lastModified, divisible);
  }

  /**
   * With a date.
   *
   * @param epochSecond seconds since 1970
   */
  public Representation withLastModified(long epochSecond) {
    return new Representation(length, contentType, coding, etag, epochSecond, divisible);
  }

  /** Saying that the bytes are in a coding. */
  public Representation withCoding(ContentCoding contentCoding) {
    return new Representation(length, contentType, contentCoding, etag, lastModified, divisible);
  }

  /** Never sent in parts: {@code Range} is ignored (RFC 9110 §14.2 leaves that to the server). */
  public Representation withoutRanges() {
    return new Representation(length, contentType, coding, etag, lastModified, false);
  }

  /** Bytes. */
  public long length() {
    return length;
  }

  /** Length as a field's value. */
  String lengthText() {
    return lengthText;
  }

  /** Media type. */
  public String contentType() {
    return contentType;
  }

  /** Tag, or null. */
  public @Nullable EntityTag etag() {
    return etag;
  }

  /** Date in seconds since 1970, or {@link HttpDate#INVALID}. */
  public long lastModified() {
    return lastModified;
  }

  /** Whether ranges are sent. */
  boolean isDivisible() {
    return divisible;
  }

  /** Sets the fields that describe the bytes. */
  public void describe(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
    if (coding != ContentCoding.IDENTITY) {
      headers.set(HttpHeaderNames.CONTENT_ENCODING, coding.token());
    }
    if (lastModifiedText != null) {
      headers.set(HttpHeaderNames.LAST_MODIFIED, lastModifiedText);
    }
    if (divisible) {
      headers.set(HttpHeaderNames.ACCEPT_RANGES, "bytes");
    }
    if (etagText != null) {
      headers.set(HttpHeaderNames.ETAG, etagText);
    }
  }

  /** Sets the validators of a 304: the date only where there is no tag (RFC 9110 §15.4.5). */
  void validators(HttpHeaders headers) {
    if (etagText != null) {
      headers.set(HttpHeaderNames.ETAG, etagText);
    } else if (lastModifiedText != null) {
      headers.set(HttpHeaderNames.LAST_MODIFIED, lastModifiedText);
    }
  }
}
