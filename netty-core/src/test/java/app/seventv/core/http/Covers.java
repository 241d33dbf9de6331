package app.seventv.core.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Over which wires a test goes that chooses them itself; on a class: all its tests that do not say
 * otherwise. {@code TestMatrixTest} wants it of every test of a server that is no {@link
 * OverWires}.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Covers {
  /** Which. */
  Wire[] value() default {Wire.H1_PLAIN, Wire.H1_TLS, Wire.H2_PLAIN, Wire.H2_TLS, Wire.H3};

  /** Why not the others. */
  String because() default "";
}
