package app.seventv.core.http;

import java.nio.charset.StandardCharsets;

/**
 * Why an HTTP/1.1 request is refused; the connection ends with it, because where the next request
 * would begin is anyone's guess. All instances exist before they are needed: bad input must be
 * cheaper than good.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // no stack trace: bad input is cheap
final class Http1Refusal extends RuntimeException {
  static final Http1Refusal LINE_END = of(400, "lines must end in CR LF");
  static final Http1Refusal REQUEST_LINE = of(400, "malformed request line");
  static final Http1Refusal TARGET = of(400, "malformed request target");
  static final Http1Refusal FIELD_NAME = of(400, "malformed header field name");
  static final Http1Refusal FIELD_VALUE = of(400, "forbidden character in a header field");
  static final Http1Refusal HOST = of(400, "exactly one valid host is required");
  static final Http1Refusal CONTENT_LENGTH = of(400, "invalid content-length");
  static final Http1Refusal TRANSFER_ENCODING = of(400, "invalid transfer-encoding");
  static final Http1Refusal FRAMING =
      of(400, "transfer-encoding and content-length exclude each other");
  static final Http1Refusal CHUNK = of(400, "malformed chunk");
  static final Http1Refusal CHUNK_EXTENSIONS = of(400, "too many chunk extensions");
  static final Http1Refusal TOO_SLOW = of(408, "the request took too long");
  static final Http1Refusal LINE_LENGTH = of(414, "the request line is too long");
  static final Http1Refusal EXPECTATION = of(417, "unknown expectation");
  static final Http1Refusal FIELDS_SIZE = of(431, "the header fields are too large");
  static final Http1Refusal FIELDS_COUNT = of(431, "too many header fields");
  static final Http1Refusal CODING =
      of(501, "transfer codings other than chunked are not supported");
  static final Http1Refusal CONNECT = of(501, "this server is no proxy");
  static final Http1Refusal VERSION = of(505, "the protocol version is not supported");

  private final int status;
  private final byte[] body;

  private Http1Refusal(int status, String reason) {
    super(reason, null, false, false);
    this.status = status;
    this.body =
        "{\"status\":%d,\"title\":\"%s\",\"detail\":%s}"
            .formatted(status, HttpStatus.reason(status), JsonText.quote(reason))
            .getBytes(StandardCharsets.UTF_8);
  }

  private static Http1Refusal of(int status, String reason) {
    return new Http1Refusal(status, reason);
  }

  /** Status of the answer. */
  int status() {
    return status;
  }

  /** The same as the failure of a request whose head was sound. */
  HttpError asHttpError() {
    return new HttpError(status, String.valueOf(getMessage()));
  }

  /** The answer (RFC 9457). */
  Response response() {
    return Response.of(status, "application/problem+json", body);
  }
}
