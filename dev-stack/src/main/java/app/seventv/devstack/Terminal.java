package app.seventv.devstack;

import java.io.PrintStream;
import java.util.Locale;

/** Progress lines for the person in front of the terminal; safe for use by several threads. */
final class Terminal {
  private final PrintStream out;

  Terminal(PrintStream out) {
    this.out = out;
  }

  /** One free line. */
  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** A part of the platform is ready. */
  void ready(String name, long afterMs) {
    line(String.format(Locale.ROOT, "  ready  %-20s %6d ms", name, afterMs));
  }

  /** A child process ended by itself. */
  void died(String name, int exitCode, long restartInMs) {
    line(name + " ended with status " + exitCode + ", starting it again in " + restartInMs + " ms");
  }

  /** For printers that need a stream. */
  PrintStream stream() {
    return out;
  }
}
