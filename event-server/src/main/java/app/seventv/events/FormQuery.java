package app.seventv.events;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query string as form data: never malformed, repeated names kept. */
final class FormQuery {
  private record Parameter(String name, String value) {}

  private final List<Parameter> parameters;

  private FormQuery(List<Parameter> parameters) {
    this.parameters = parameters;
  }

  static FormQuery parse(String raw) {
    List<Parameter> parameters = new ArrayList<>();
    for (String pair : raw.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        parameters.add(
            new Parameter(
                PercentCoding.decode(equals < 0 ? pair : pair.substring(0, equals), true),
                PercentCoding.decode(equals < 0 ? "" : pair.substring(equals + 1), true)));
      }
    }
    return new FormQuery(parameters);
  }

  @Nullable String first(String name) {
    for (Parameter parameter : parameters) {
      if (parameter.name.equals(name)) {
        return parameter.value;
      }
    }
    return null;
  }

  boolean isRepeated(String name) {
    return parameters.stream().filter(parameter -> parameter.name.equals(name)).count() > 1;
  }
}
