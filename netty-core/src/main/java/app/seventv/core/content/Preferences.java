package app.seventv.core.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A list of weighted values such as {@code Accept} carries (RFC 9110 §12.4.2). */
final class Preferences {
  /** More elements than this are not looked at; browsers send fewer than ten. */
  static final int MAX_ELEMENTS = 64;

  /** Weight of an element without {@code q}, in thousandths. */
  static final int FULL_WEIGHT = 1000;

  private static final Preferences NONE = new Preferences(List.of());

  private final List<Element> elements;

  private Preferences(List<Element> elements) {
    this.elements = elements;
  }

  /**
   * One value, in lower case.
   *
   * @param parameters what stands between the value and its weight, without blanks
   * @param weight 0 to 1000; 0 means "not acceptable"
   */
  record Element(String value, String parameters, int weight) {}

  List<Element> elements() {
    return elements;
  }

  /** The element of a value, or null. */
  @Nullable Element find(String value) {
    for (Element element : elements) {
      if (element.value.equals(value)) {
        return element;
      }
    }
    return null;
  }

  /** Reads a field; elements that break the syntax are left out. */
  static Preferences parse(@Nullable String field) {
    if (field == null || field.isBlank()) {
      return NONE;
    }
    List<Element> elements = new ArrayList<>();
    int at = 0;
    for (int looked = 0; at <= field.length() && looked < MAX_ELEMENTS; looked++) {
      int end = endOfPart(field, at, ',');
      Element element = element(field.substring(at, end).toLowerCase(Locale.ROOT));
      if (element != null) {
        elements.add(element);
      }
      at = end + 1;
    }
    return new Preferences(elements);
  }

  private static @Nullable Element element(String text) {
    int end = endOfPart(text, 0, ';');
    String value = text.substring(0, end).strip();
    if (value.isEmpty()) {
      return null;
    }
    StringBuilder parameters = new StringBuilder();
    int weight = FULL_WEIGHT;
    while (end < text.length()) {
      int from = end + 1;
      end = endOfPart(text, from, ';');
      String parameter = text.substring(from, end).strip();
      if (parameter.startsWith("q=")) {
        weight = weight(parameter);
        break; // what follows are extensions of Accept, which RFC 9110 §12.5.1 dropped
      }
      if (!parameter.isEmpty()) {
        parameters.append(';').append(parameter);
      }
    }
    return weight < 0 ? null : new Element(value, parameters.toString(), weight);
  }

  /** Thousandths of {@code q=}, or -1 for anything but 0 to 1 with up to three decimals. */
  private static int weight(String parameter) {
    int length = parameter.length();
    if (length < 3 || length > 7 || (length > 3 && parameter.charAt(3) != '.')) {
      return -1;
    }
    int weight = 0;
    int unit = FULL_WEIGHT;
    for (int i = 2; i < length; i++) {
      if (i == 3) {
        continue;
      }
      int digit = parameter.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      weight += digit * unit;
      unit /= 10;
    }
    return weight <= FULL_WEIGHT ? weight : -1;
  }

  /** Index of the next separator outside quoted strings, or the length. */
  private static int endOfPart(String text, int from, char separator) {
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted && c == '\\') {
        i++;
      } else if (!quoted && c == separator) {
        return i;
      }
    }
    return text.length();
  }
}
