package app.seventv.core.http;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;

/** Walks over header fields and makes an entry of each. */
final class FieldEntries<E> implements Iterator<E> {
  private final HeaderFields fields;
  private final BiFunction<CharSequence, CharSequence, E> entry;
  private int next;

  FieldEntries(HeaderFields fields, BiFunction<CharSequence, CharSequence, E> entry) {
    this.fields = fields;
    this.entry = entry;
  }

  @Override
  public boolean hasNext() {
    return next < fields.size();
  }

  @Override
  public E next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    E made = entry.apply(fields.nameAt(next), fields.valueAt(next));
    next++;
    return made;
  }
}
