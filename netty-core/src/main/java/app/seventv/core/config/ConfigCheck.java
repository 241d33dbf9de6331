package app.seventv.core.config;

/** A rule over several keys, run once all values are known. */
@FunctionalInterface
public interface ConfigCheck {
  /** Looks at {@code config} and reports what does not fit together. */
  void check(Config config, Problems problems);

  /** Takes the problems a rule finds. */
  @FunctionalInterface
  interface Problems {
    /**
     * Reports that {@code key} has an unusable value.
     *
     * @param problem a predicate such as "is required together with cdn.tls.cert"
     */
    void add(Key<?> key, String problem);
  }
}
