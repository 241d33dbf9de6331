package app.seventv.core.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** A test that runs once over each of these wires; its method takes the {@link Wire}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(WireArguments.class)
public @interface OverWires {
  /** Which. */
  Wire[] value() default {Wire.H1_PLAIN, Wire.H1_TLS, Wire.H2_PLAIN, Wire.H2_TLS, Wire.H3};

  /** Why not the others. */
  String because() default "";
}
