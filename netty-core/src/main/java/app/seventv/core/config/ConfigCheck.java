package app.seventv.core.config;

/** A rule over several keys, run once all values are known. */
@FunctionalInterface
public interface ConfigCheck {
  /** Looks at {@code config} and reports what does not fit together. */
  void check(Config config, Problems problems);

  /** Takes what a rule finds. */
  interface Problems {
    /**
     * Reports that {@code key} has an unusable value.
     *
     * @param problem a predicate such as "is required together with cdn.tls.cert"
     */
    void add(Key<?> key, String problem);

    /**
     * Says that {@code key} has a value that works, but should be looked at.
     *
     * @param warning a predicate such as "is the default, which everybody knows"
     */
    void warn(Key<?> key, String warning);
  }
}
