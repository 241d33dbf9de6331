package app.seventv.api.graphql;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.EnumValue;
import graphql.language.IntValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import graphql.schema.CoercingSerializeException;
import graphql.schema.GraphQLScalarType;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Locale;

/** Scalars of both schemas. Input is only shaped here; its meaning is checked by {@link Call}. */
public final class Scalars {
  private Scalars() {}

  /**
   * Text on the wire, anything with a text form on the way out. Identifiers use it too: clients
   * send malformed ids in variables that no field reads (api-v4.md P16), so an id is parsed where
   * it is used.
   */
  public static GraphQLScalarType text(String name) {
    return scalar(name, new Text(name));
  }

  /** Integer of up to 64 bits: counts, sizes and bit masks exceed GraphQL's own 32 bits. */
  public static GraphQLScalarType integer(String name) {
    return scalar(name, new Whole(name));
  }

  /** RFC 3339 with offset {@code +00:00} and 0, 3, 6 or 9 fraction digits (api-v4.md §1.3). */
  public static GraphQLScalarType dateTime(String name) {
    return scalar(name, new DateTime(name));
  }

  /** A JSON value that the server only sends. */
  public static GraphQLScalarType jsonOutput(String name) {
    return scalar(name, new JsonOutput(name));
  }

  /** The output form of {@link #dateTime}. */
  public static String formatTime(Instant time) {
    String text = time.toString();
    return text.substring(0, text.length() - 1) + "+00:00";
  }

  private static GraphQLScalarType scalar(String name, Coercing<?, ?> coercing) {
    return GraphQLScalarType.newScalar().name(name).coercing(coercing).build();
  }

  private static final class Text implements Coercing<String, String> {
    private final String name;

    Text(String name) {
      this.name = name;
    }

    @Override
    public String serialize(Object value, GraphQLContext context, Locale locale) {
      return value.toString();
    }

    @Override
    public String parseValue(Object value, GraphQLContext context, Locale locale) {
      if (value instanceof String text) {
        return text;
      }
      throw new CoercingParseValueException(expected(name, value));
    }

    @Override
    public String parseLiteral(
        Value<?> value, CoercedVariables variables, GraphQLContext context, Locale locale) {
      return switch (value) {
        case StringValue text -> String.valueOf(text.getValue());
        case EnumValue symbol -> symbol.getName();
        default -> throw new CoercingParseLiteralException(expected(name, value));
      };
    }

    @Override
    public Value<?> valueToLiteral(Object value, GraphQLContext context, Locale locale) {
      return StringValue.of(value.toString());
    }
  }

  private static final class Whole implements Coercing<Long, Number> {
    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private final String name;

    Whole(String name) {
      this.name = name;
    }

    @Override
    public Number serialize(Object value, GraphQLContext context, Locale locale) {
      if (value instanceof Integer || value instanceof Long) {
        return (Number) value;
      }
      throw new CoercingSerializeException(expected(name, value));
    }

    @Override
    public Long parseValue(Object value, GraphQLContext context, Locale locale) {
      return switch (value) {
        case Integer number -> number.longValue();
        case Long number -> number;
        default -> throw new CoercingParseValueException(expected(name, value));
      };
    }

    @Override
    public Long parseLiteral(
        Value<?> value, CoercedVariables variables, GraphQLContext context, Locale locale) {
      if (value instanceof IntValue number
          && number.getValue().compareTo(MIN) >= 0
          && number.getValue().compareTo(MAX) <= 0) {
        return number.getValue().longValue();
      }
      throw new CoercingParseLiteralException(expected(name, value));
    }

    @Override
    public Value<?> valueToLiteral(Object value, GraphQLContext context, Locale locale) {
      return IntValue.of(((Number) value).intValue());
    }
  }

  private static final class DateTime implements Coercing<String, String> {
    private final Text text;

    DateTime(String name) {
      this.text = new Text(name);
    }

    @Override
    public String serialize(Object value, GraphQLContext context, Locale locale) {
      return formatTime((Instant) value);
    }

    @Override
    public String parseValue(Object value, GraphQLContext context, Locale locale) {
      return text.parseValue(value, context, locale);
    }

    @Override
    public String parseLiteral(
        Value<?> value, CoercedVariables variables, GraphQLContext context, Locale locale) {
      return text.parseLiteral(value, variables, context, locale);
    }
  }

  private static final class JsonOutput implements Coercing<Object, Object> {
    private final String name;

    JsonOutput(String name) {
      this.name = name;
    }

    @Override
    public Object serialize(Object value, GraphQLContext context, Locale locale) {
      return value;
    }

    @Override
    public Object parseValue(Object value, GraphQLContext context, Locale locale) {
      throw new CoercingParseValueException(expected(name, value));
    }

    @Override
    public Object parseLiteral(
        Value<?> value, CoercedVariables variables, GraphQLContext context, Locale locale) {
      throw new CoercingParseLiteralException(expected(name, value));
    }
  }

  private static String expected(String name, Object found) {
    return "Expected input type \"" + name + "\", found " + found + ".";
  }
}
