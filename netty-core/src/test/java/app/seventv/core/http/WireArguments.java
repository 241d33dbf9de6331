package app.seventv.core.http;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The wires of {@link OverWires}. */
final class WireArguments implements ArgumentsProvider, AnnotationConsumer<OverWires> {
  private Wire[] wires = {};

  @Override
  public void accept(OverWires annotation) {
    wires = annotation.value();
  }

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return Arrays.stream(wires).map(Arguments::of);
  }
}
