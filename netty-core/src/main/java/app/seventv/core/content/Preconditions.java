package app.seventv.core.content;

import app.seventv.core.http.HttpDate;
import app.seventv.core.http.Request;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Evaluates the conditions of a request in the order of RFC 9110 §13.2.2. */
public final class Preconditions {
  /** A date is a strong validator once no second change in its second is possible any more. */
  private static final long STRONG_DATE_AGE_S = 1;

  private Preconditions() {}

  /** What a request's conditions ask for. */
  public enum Outcome {
    /** Perform the request. */
    PROCEED,
    /** Answer 304: the client has this representation. */
    NOT_MODIFIED,
    /** Answer 412: the client assumed another state. */
    FAILED
  }

  /**
   * Evaluates the conditions against a representation that exists.
   *
   * @param etag its current tag, or null if it has none
   * @param lastModified its date in seconds since 1970, or {@link HttpDate#INVALID}
   */
  public static Outcome evaluate(Request request, @Nullable EntityTag etag, long lastModified) {
    return evaluate(request, true, etag, lastModified);
  }

  /** Evaluates the conditions where there is no representation yet, e.g. before a first PUT. */
  public static Outcome evaluateMissing(Request request) {
    return evaluate(request, false, null, HttpDate.INVALID);
  }

  private static Outcome evaluate(
      Request request, boolean exists, @Nullable EntityTag etag, long lastModified) {
    HttpHeaders headers = request.headers();
    boolean read = request.method().equals("GET") || request.method().equals("HEAD");
    if (headers.contains(HttpHeaderNames.IF_MATCH)) {
      if (!matches(headers, HttpHeaderNames.IF_MATCH, exists, etag, true)) {
        return Outcome.FAILED;
      }
    } else if (lastModified != HttpDate.INVALID) {
      long limit = singleDate(headers, HttpHeaderNames.IF_UNMODIFIED_SINCE);
      if (limit != HttpDate.INVALID && lastModified > limit) {
        return Outcome.FAILED;
      }
    }
    if (headers.contains(HttpHeaderNames.IF_NONE_MATCH)) {
      if (matches(headers, HttpHeaderNames.IF_NONE_MATCH, exists, etag, false)) {
        return read ? Outcome.NOT_MODIFIED : Outcome.FAILED;
      }
    } else if (read && lastModified != HttpDate.INVALID) {
      long known = singleDate(headers, HttpHeaderNames.IF_MODIFIED_SINCE);
      if (known != HttpDate.INVALID && lastModified <= known) {
        return Outcome.NOT_MODIFIED;
      }
    }
    return Outcome.PROCEED;
  }

  /** Whether the {@code Range} field counts (RFC 9110 §13.1.5): without condition, or unchanged. */
  static boolean rangeApplies(
      HttpHeaders headers, @Nullable EntityTag etag, long lastModified, long nowEpochSecond) {
    String condition = headers.get(HttpHeaderNames.IF_RANGE);
    if (condition == null) {
      return true;
    }
    EntityTag wanted = EntityTag.parse(condition);
    if (wanted != null) {
      return etag != null && etag.isSameStrongly(wanted);
    }
    long date = HttpDate.parse(condition, nowEpochSecond);
    return date != HttpDate.INVALID
        && date == lastModified
        && nowEpochSecond - lastModified >= STRONG_DATE_AGE_S;
  }

  private static boolean matches(
      HttpHeaders headers,
      CharSequence name,
      boolean exists,
      @Nullable EntityTag etag,
      boolean strongly) {
    List<String> lines = headers.getAll(name);
    if (lines.size() == 1 && lines.getFirst().strip().equals("*")) {
      return exists;
    }
    if (etag == null) {
      return false;
    }
    for (String line : lines) {
      if (etag.isIn(line, strongly)) {
        return true;
      }
    }
    return false;
  }

  /** The field's date; several or invalid ones are ignored (RFC 9110 §13.1.3, §13.1.4). */
  private static long singleDate(HttpHeaders headers, CharSequence name) {
    String value = headers.get(name);
    if (value == null || headers.getAll(name).size() > 1) {
      return HttpDate.INVALID;
    }
    return HttpDate.parse(value.strip());
  }
}
