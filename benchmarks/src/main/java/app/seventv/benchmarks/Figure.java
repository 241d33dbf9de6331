package app.seventv.benchmarks;

/**
 * One measured number.
 *
 * @param name stable name, as in {@code connections-plain-user-bytes}
 * @param value the number
 * @param unit its unit; empty for a plain count
 */
record Figure(String name, double value, String unit) {
  /** The line that people and scripts read: {@code figure: NAME VALUE UNIT}. */
  String line() {
    String number =
        value == Math.rint(value) ? Long.toString((long) value) : "%.2f".formatted(value);
    return ("figure: " + name + " " + number + " " + unit).stripTrailing();
  }
}
