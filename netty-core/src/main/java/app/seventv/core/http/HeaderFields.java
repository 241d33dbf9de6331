package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Header fields as one array of names and values in their order. Messages have few fields, so
 * looking at all of them is quicker than hashing, and there is nothing to collide: two objects
 * instead of Netty's two and one for each field.
 */
final class HeaderFields extends BasicHeaders {
  private static final int FIRST_SLOTS = 16;

  private final boolean checked;

  /** Fields that come first and that others have too; none if one of them had to be changed. */
  private @Nullable HeaderBlock common;

  /** The other fields: names at even, values at odd indexes. */
  private CharSequence[] slots;

  private int used;

  /** Marks of the names that were among the other fields so far: most searches end here. */
  private long marks;

  private HeaderFields(boolean checked, int firstSlots) {
    this.checked = checked;
    this.slots = new CharSequence[firstSlots];
  }

  /** Fields of an own message: what is not fit for the wire is refused when it is added. */
  static HeaderFields checked() {
    return new HeaderFields(true, FIRST_SLOTS);
  }

  /** The same, with room for so many fields before it has to grow. */
  static HeaderFields checked(int fields) {
    return new HeaderFields(true, 2 * fields);
  }

  /** Fields of an own message that begin with common ones, with room for so many others. */
  static HeaderFields checked(HeaderBlock common, int fields) {
    HeaderFields made = new HeaderFields(true, 2 * fields);
    made.beginAgain(common);
    return made;
  }

  /** Makes these the common fields and nothing else. */
  void beginAgain(HeaderBlock first) {
    clear();
    common = first;
  }

  /** Fields of a message that was checked while it was read, with room for so many. */
  static HeaderFields trusted(int fields) {
    return new HeaderFields(false, 2 * fields);
  }

  /** The same with room for a usual message. */
  static HeaderFields trusted() {
    return new HeaderFields(false, FIRST_SLOTS);
  }

  /** How many fields there is room for. */
  int room() {
    return slots.length / 2;
  }

  /** The fields that come first, if there are such. */
  @Nullable HeaderBlock common() {
    return common;
  }

  /** How many fields {@link #common} has. */
  int commonSize() {
    HeaderBlock first = common;
    return first == null ? 0 : first.size();
  }

  /** How many fields there are besides the common ones. */
  int ownSize() {
    return used / 2;
  }

  /** Name of one that is not common, by an index below {@link #ownSize}. */
  CharSequence ownName(int index) {
    return slots[2 * index];
  }

  /** Value of one that is not common. */
  CharSequence ownValue(int index) {
    return slots[2 * index + 1];
  }

  /** Name of the field at the index, below {@link #size}. */
  CharSequence nameAt(int index) {
    HeaderBlock first = common;
    int own = index - commonSize();
    return first != null && own < 0 ? first.nameAt(index) : slots[2 * own];
  }

  /** Value of the field at the index, below {@link #size}. */
  CharSequence valueAt(int index) {
    HeaderBlock first = common;
    int own = index - commonSize();
    return first != null && own < 0 ? first.valueAt(index) : slots[2 * own + 1];
  }

  /** Makes the common fields own ones, so that they can be changed. */
  private void own() {
    HeaderBlock first = common;
    if (first != null) {
      CharSequence[] all = new CharSequence[2 * (first.size() + FIRST_SLOTS) + used];
      for (int i = 0; i < first.size(); i++) {
        all[2 * i] = first.nameAt(i);
        all[2 * i + 1] = first.valueAt(i);
      }
      System.arraycopy(slots, 0, all, 2 * first.size(), used);
      used += 2 * first.size();
      slots = all;
      marks |= first.marks();
      common = null;
    }
  }

  /** One of 64 bits, by the length of a name and its first letter in whatever case. */
  static long mark(CharSequence name) {
    int first = name.isEmpty() ? 0 : name.charAt(0) & 0x1F;
    return 1L << (name.length() + 7 * first); // the shift takes the lowest six bits
  }

  /** Adds without a look: for constants and for what was checked already. */
  void addTrusted(CharSequence name, CharSequence value) {
    marks |= mark(name);
    if (used == slots.length) {
      slots = Arrays.copyOf(slots, Math.max(FIRST_SLOTS, used * 2));
    }
    slots[used++] = name;
    slots[used++] = value;
  }

  @SuppressWarnings("ReferenceEquality") // common names are interned; the rest is compared below
  private static boolean same(CharSequence a, CharSequence b) {
    return a == b || (a.length() == b.length() && AsciiString.contentEqualsIgnoreCase(a, b));
  }

  /** Index of the next field of this name, or -1. */
  private int find(CharSequence name, int from) {
    long mark = mark(name);
    HeaderBlock first = common;
    int before = 0;
    if (first != null) {
      before = first.size();
      for (int i = from; i < before && (first.marks() & mark) != 0; i++) {
        if (same(first.nameAt(i), name)) {
          return i;
        }
      }
    }
    if ((marks & mark) != 0) {
      for (int i = 2 * Math.max(0, from - before); i < used; i += 2) {
        if (same(slots[i], name)) {
          return before + i / 2;
        }
      }
    }
    return -1;
  }

  /**
   * Adds a field unless there is one of this name, without a look at its characters.
   *
   * @param name a constant
   * @param value fit for the wire
   */
  static void addMissing(HttpHeaders headers, AsciiString name, String value) {
    if (!headers.contains(name)) {
      addTrusted(headers, name, value);
    }
  }

  /** Sets a field as {@link #addMissing} adds it. */
  static void setTrusted(HttpHeaders headers, AsciiString name, String value) {
    headers.remove(name);
    addTrusted(headers, name, value);
  }

  /** Adds a field as {@link #addMissing}. */
  static void addTrusted(HttpHeaders headers, AsciiString name, String value) {
    if (headers instanceof HeaderFields fields) {
      fields.addTrusted(name, value);
    } else {
      headers.add(name, value);
    }
  }

  private @Nullable CharSequence first(CharSequence name) {
    int at = find(name, 0);
    return at < 0 ? null : valueAt(at);
  }

  private static void checkName(CharSequence name) {
    boolean valid = !name.isEmpty();
    for (int i = 0; i < name.length() && valid; i++) {
      char c = name.charAt(i);
      valid = c < 0x80 && Http1Syntax.isToken((byte) c);
    }
    if (!valid) {
      throw new IllegalArgumentException("no header field name: " + name);
    }
  }

  private static void checkValue(CharSequence value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F) {
        throw new IllegalArgumentException("control character in a header field");
      }
    }
  }

  // HttpHeaders.

  @Override
  public @Nullable String get(CharSequence name) {
    CharSequence value = first(name);
    return value == null ? null : value.toString();
  }

  @Override
  public List<String> getAll(CharSequence name) {
    List<String> values = new ArrayList<>(1);
    for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
      values.add(valueAt(i).toString());
    }
    return values;
  }

  @Override
  public boolean contains(CharSequence name) {
    return find(name, 0) >= 0;
  }

  @Override
  public int size() {
    return commonSize() + used / 2;
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < size(); i++) {
      names.add(nameAt(i).toString());
    }
    return names;
  }

  @Override
  public List<Map.Entry<String, String>> entries() {
    List<Map.Entry<String, String>> entries = new ArrayList<>(size());
    iteratorAsString().forEachRemaining(entries::add);
    return entries;
  }

  @Override
  @SuppressWarnings("deprecation") // HttpHeaders still asks for it
  public Iterator<Map.Entry<String, String>> iterator() {
    return new FieldEntries<>(this, (name, value) -> Map.entry(name.toString(), value.toString()));
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iteratorCharSequence() {
    return new FieldEntries<>(this, SimpleImmutableEntry::new);
  }

  @Override
  public HttpHeaders add(CharSequence name, Object value) {
    CharSequence text = text(value);
    if (checked) {
      checkName(name);
      checkValue(text);
    }
    addTrusted(name, text);
    return this;
  }

  @Override
  public HttpHeaders remove(CharSequence name) {
    int at = find(name, 0);
    if (at < 0) {
      return this;
    }
    if (at < commonSize()) {
      own();
    }
    int from = 2 * (at - commonSize());
    int to = from;
    for (int i = from; i < used; i += 2) {
      if (!same(slots[i], name)) {
        slots[to++] = slots[i];
        slots[to++] = slots[i + 1];
      }
    }
    used = to;
    return this;
  }

  @Override
  public HttpHeaders clear() {
    Arrays.fill(slots, 0, used, ""); // texts of one message must not outlive it in another's slots
    common = null;
    used = 0;
    marks = 0;
    return this;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HeaderFields fields && entries().equals(fields.entries());
  }

  @Override
  public int hashCode() {
    return entries().hashCode();
  }

  @Override
  public HttpHeaders copy() {
    HeaderFields copy = new HeaderFields(checked, 0);
    copy.slots = Arrays.copyOf(slots, slots.length);
    copy.used = used;
    copy.common = common;
    copy.marks = marks;
    return copy;
  }
}
