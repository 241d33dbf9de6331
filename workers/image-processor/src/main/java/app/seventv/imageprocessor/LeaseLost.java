package app.seventv.imageprocessor;

/** The job now belongs to another worker, or to nobody: stop without a word (§4). */
final class LeaseLost extends RuntimeException {
  LeaseLost() {
    super("lease lost");
  }
}
