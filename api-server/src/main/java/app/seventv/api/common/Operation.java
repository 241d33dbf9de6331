package app.seventv.api.common;

import app.seventv.model.Permission;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the operations that a method carries out, and who may. It stands where the rules are;
 * {@code docs/operations-table.md} is made of it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Repeatable(Operation.All.class)
public @interface Operation {
  /** GraphQL type and field of the old API, or method and path of a route. */
  String[] value();

  /** Permissions that the caller needs, all of them. */
  Permission[] needs() default {};

  /** Whom the caller may do it for, and other conditions. */
  String who() default "anybody";

  /** Why there is no test of bad input, when there cannot be one. */
  String noBadInput() default "";

  /** Why there is no test of a conflict, when there cannot be one. */
  String noConflict() default "";

  /** Holds several. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  @interface All {
    /** The operations. */
    Operation[] value();
  }
}
