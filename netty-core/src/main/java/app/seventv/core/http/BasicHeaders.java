package app.seventv.core.http;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The many methods of {@link HttpHeaders} by way of the few that store and find fields: other types
 * of names, several values at once, numbers and dates.
 */
abstract class BasicHeaders extends HttpHeaders {
  /** What a value is on the wire; null is refused. */
  static CharSequence text(Object value) {
    Objects.requireNonNull(value, "value");
    if (value instanceof CharSequence text) {
      return text;
    }
    if (value instanceof Date date) {
      return DateFormatter.format(date);
    }
    return value instanceof Calendar calendar
        ? DateFormatter.format(calendar.getTime())
        : value.toString();
  }

  @Override
  public @Nullable String get(String name) {
    return get((CharSequence) name);
  }

  @Override
  public List<String> getAll(String name) {
    return getAll((CharSequence) name);
  }

  @Override
  public boolean contains(String name) {
    return contains((CharSequence) name);
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public Iterator<String> valueStringIterator(CharSequence name) {
    return getAll(name).iterator();
  }

  @Override
  public Iterator<? extends CharSequence> valueCharSequenceIterator(CharSequence name) {
    return contains(name) ? getAll(name).iterator() : Collections.emptyIterator();
  }

  @Override
  public HttpHeaders add(String name, Object value) {
    return add((CharSequence) name, value);
  }

  @Override
  public HttpHeaders add(String name, Iterable<?> values) {
    return add((CharSequence) name, values);
  }

  @Override
  public HttpHeaders add(CharSequence name, Iterable<?> values) {
    values.forEach(value -> add(name, value));
    return this;
  }

  @Override
  public HttpHeaders addInt(CharSequence name, int value) {
    return add(name, Integer.toString(value));
  }

  @Override
  public HttpHeaders addShort(CharSequence name, short value) {
    return add(name, Short.toString(value));
  }

  @Override
  public HttpHeaders set(String name, Object value) {
    return set((CharSequence) name, value);
  }

  @Override
  public HttpHeaders set(CharSequence name, Object value) {
    remove(name);
    return add(name, value);
  }

  @Override
  public HttpHeaders set(String name, Iterable<?> values) {
    return set((CharSequence) name, values);
  }

  @Override
  public HttpHeaders set(CharSequence name, Iterable<?> values) {
    remove(name);
    return add(name, values);
  }

  @Override
  public HttpHeaders setInt(CharSequence name, int value) {
    return set(name, Integer.toString(value));
  }

  @Override
  public HttpHeaders setShort(CharSequence name, short value) {
    return set(name, Short.toString(value));
  }

  @Override
  public HttpHeaders remove(String name) {
    return remove((CharSequence) name);
  }

  // Numbers and dates: as in Netty, what is no such thing counts as absent.

  @Override
  public @Nullable Integer getInt(CharSequence name) {
    try {
      String value = get(name);
      return value == null ? null : Integer.valueOf(value.trim());
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  @Override
  public int getInt(CharSequence name, int otherwise) {
    Integer value = getInt(name);
    return value == null ? otherwise : value;
  }

  @Override
  public @Nullable Short getShort(CharSequence name) {
    Integer value = getInt(name);
    return value == null || value.shortValue() != value ? null : value.shortValue();
  }

  @Override
  public short getShort(CharSequence name, short otherwise) {
    Short value = getShort(name);
    return value == null ? otherwise : value;
  }

  @Override
  public @Nullable Long getTimeMillis(CharSequence name) {
    String value = get(name);
    long seconds = value == null ? HttpDate.INVALID : HttpDate.parse(value);
    return seconds == HttpDate.INVALID ? null : seconds * 1_000;
  }

  @Override
  public long getTimeMillis(CharSequence name, long otherwise) {
    Long value = getTimeMillis(name);
    return value == null ? otherwise : value;
  }
}
