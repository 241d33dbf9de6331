package app.seventv.core.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name somebody probably meant. */
final class Suggestion {
  private Suggestion() {}

  /** The nearest known name by edit distance, or one with the same last part in another table. */
  static Optional<String> nearest(String name, Collection<String> known) {
    int limit = Math.max(2, name.length() / 4);
    Optional<String> byDistance =
        known.stream()
            .filter(candidate -> distance(name, candidate) <= limit)
            .min(Comparator.comparingInt(candidate -> distance(name, candidate)));
    String last = lastPart(name);
    return byDistance.or(
        () -> known.stream().filter(candidate -> lastPart(candidate).equals(last)).findFirst());
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Levenshtein distance: insertions, deletions and replacements of one character. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
