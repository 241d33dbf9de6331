package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Shows the fields of a response to the HPACK encoder without copying them: {@code :status} first,
 * names in lower case, connection-specific fields left out (RFC 9113 §8.2). One instance serves a
 * whole connection, since encoding is synchronous; it is its own iterator and entry.
 */
final class Http2ResponseFields extends DefaultHttp2Headers {
  private static final AsciiString STATUS = PseudoHeaderName.STATUS.value();

  private final Walk walk = new Walk();
  private @Nullable CharSequence status;
  private @Nullable HttpHeaders fields;

  Http2ResponseFields() {
    super(false, 2); // the inherited storage stays empty
  }

  /**
   * Turns to another block.
   *
   * @param statusCode value of {@code :status}, or null for trailers
   */
  Http2Headers show(@Nullable CharSequence statusCode, HttpHeaders httpFields) {
    status = statusCode;
    fields = httpFields;
    return this;
  }

  /** Lets go of the fields. */
  void letGo() {
    fields = null;
    walk.letGo();
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
    walk.start(status, fields);
    return walk;
  }

  /** Lower-case name: most are already. */
  private static CharSequence lowerCase(CharSequence name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return AsciiString.of(name).toLowerCase();
      }
    }
    return name;
  }

  private static final class Walk
      implements Iterator<Map.Entry<CharSequence, CharSequence>>,
          Map.Entry<CharSequence, CharSequence> {
    private @Nullable HeaderFields own;
    private int at;
    private int end;
    private @Nullable Iterator<Map.Entry<CharSequence, CharSequence>> rest;
    private CharSequence name = "";
    private CharSequence value = "";
    private boolean ready;

    void start(@Nullable CharSequence status, @Nullable HttpHeaders fields) {
      own = fields instanceof HeaderFields known ? known : null;
      at = 0;
      end = own == null ? 0 : own.size();
      rest =
          own != null || fields == null || fields.isEmpty() ? null : fields.iteratorCharSequence();
      if (status != null) {
        name = STATUS;
        value = status;
        ready = true;
      } else {
        ready = false;
      }
    }

    void letGo() {
      own = null;
      rest = null;
    }

    /** Takes the next field, be it for HTTP/2 or not; false if there is none. */
    private boolean take() {
      HeaderFields known = own;
      Iterator<Map.Entry<CharSequence, CharSequence>> fields = rest;
      if (known != null && at < end) {
        name = lowerCase(known.nameAt(at));
        value = known.valueAt(at++);
        return true;
      }
      if (fields != null && fields.hasNext()) {
        Map.Entry<CharSequence, CharSequence> field = fields.next();
        name = lowerCase(field.getKey());
        value = field.getValue();
        return true;
      }
      return false;
    }

    @Override
    public boolean hasNext() {
      while (!ready && take()) {
        ready = !Http2Fields.isConnectionSpecific(name);
      }
      return ready;
    }

    @Override
    public Map.Entry<CharSequence, CharSequence> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      ready = false;
      return this;
    }

    @Override
    public CharSequence getKey() {
      return name;
    }

    @Override
    public CharSequence getValue() {
      return value;
    }

    @Override
    public CharSequence setValue(CharSequence replaced) {
      throw new UnsupportedOperationException();
    }
  }
}
