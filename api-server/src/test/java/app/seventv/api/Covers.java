package app.seventv.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which operation a test is about; {@code docs/operations-table.md} is made of it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Covers.All.class)
public @interface Covers {
  /** GraphQL type and field, e.g. {@code EmoteOps.update}, or method and path of a route. */
  String value();

  /** What the test shows about it. */
  Outcome[] outcomes();

  /** Ways that an operation can go. */
  enum Outcome {
    SUCCESS,
    PERMISSION,
    BAD_INPUT,
    CONFLICT
  }

  /** Holds several. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @interface All {
    Covers[] value();
  }
}
