package app.seventv.core.config;

import io.netty.util.NetUtil;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** The kinds of values settings have (operations.md §2.1, "Value forms"). */
public final class ValueTypes {
  private static final Pattern DURATION_PART = Pattern.compile("\\s*(\\d+)\\s*([a-zµ]+)");
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kKmMgGtT]?)(i?)[bB]?");
  private static final Map<String, Duration> DURATION_UNITS =
      units(
          Map.entry(Duration.ofNanos(1), "ns nsec nanos"),
          Map.entry(Duration.ofNanos(1_000), "us µs usec micros"),
          Map.entry(Duration.ofMillis(1), "ms msec millis"),
          Map.entry(Duration.ofSeconds(1), "s sec secs second seconds"),
          Map.entry(Duration.ofMinutes(1), "m min mins minute minutes"),
          Map.entry(Duration.ofHours(1), "h hr hrs hour hours"),
          Map.entry(Duration.ofDays(1), "d day days"),
          Map.entry(Duration.ofDays(7), "w week weeks"));

  /** Any text. */
  public static final ValueType<String> STRING =
      new ValueType<>("a string", value -> cast(String.class, value), ValueTypes::quote);

  /** {@code true} or {@code false}. */
  public static final ValueType<Boolean> BOOL =
      new ValueType<>("true or false", value -> cast(Boolean.class, value), String::valueOf);

  /** A number with or without a fraction. */
  public static final ValueType<Double> DOUBLE =
      new ValueType<>(
          "a number",
          value -> value instanceof Long whole ? whole.doubleValue() : cast(Double.class, value),
          String::valueOf);

  /** A table of texts under names of the user's choice. */
  public static final ValueType<Map<String, String>> STRING_TABLE =
      new ValueType<>(
          "a table of strings", ValueTypes::parseStringTable, ValueTypes::printStringTable);

  /** A duration in words, as {@code 10s}, {@code 7d} or {@code 1h 30m}. */
  public static final ValueType<Duration> DURATION =
      STRING.map(
          "a duration such as \"10s\" or \"7d\"", ValueTypes::parseDuration, ValueTypes::print);

  /** A duration as the table {@code { secs = 45, nanos = 0 }}; the text form is read as well. */
  public static final ValueType<Duration> DURATION_TABLE =
      new ValueType<>(
          "a duration table such as { secs = 45, nanos = 0 }",
          ValueTypes::parseDurationTable,
          d -> "{ secs = " + d.getSeconds() + ", nanos = " + d.getNano() + " }");

  /** A size in bytes: an integer, or text such as {@code "8 GiB"} or {@code "512MB"}. */
  public static final ValueType<Long> SIZE_BYTES =
      new ValueType<>(
          "a size in bytes such as 1048576 or \"8 GiB\"", ValueTypes::parseSize, String::valueOf);

  /** An address literal and a port; no name look-ups. */
  public static final ValueType<InetSocketAddress> ADDRESS =
      STRING.map("an address ip:port", ValueTypes::parseAddress, NetUtil::toSocketAddressString);

  /** A network in CIDR form. */
  public static final ValueType<CidrBlock> CIDR =
      STRING.map("a network in CIDR form", CidrBlock::parse, CidrBlock::toString);

  /** A file or directory. */
  public static final ValueType<Path> PATH =
      STRING.map("a path", ValueTypes::parsePath, Path::toString);

  /** An absolute address such as {@code https://7tv.app}. */
  public static final ValueType<URI> URL =
      STRING.map("an absolute URL", ValueTypes::parseUrl, URI::toString);

  /** The address of a server, which may hold a password: that is not shown. */
  public static final ValueType<String> SERVER =
      new ValueType<>(
          "the address of a server",
          value -> cast(String.class, value),
          address -> quote(Secret.withoutUserInfo(address)));

  static final ValueType<Secret> SECRET =
      new ValueType<>(
          "a string (secret)",
          value -> {
            if (value instanceof String text) {
              return new Secret(text);
            }
            throw new IllegalArgumentException("is of the wrong kind");
          },
          secret -> quote(secret.toString()));

  private ValueTypes() {}

  /** An integer within limits, both included. */
  public static ValueType<Integer> integer(int min, int max) {
    return wholeNumber(min, max).map(rangeText(min, max), Math::toIntExact, Integer::longValue);
  }

  /** A long within limits, both included. */
  public static ValueType<Long> wholeNumber(long min, long max) {
    return new ValueType<>(
        rangeText(min, max),
        value -> {
          long number = cast(Long.class, value);
          if (number < min || number > max) {
            throw new IllegalArgumentException("is out of range: " + number);
          }
          return number;
        },
        String::valueOf);
  }

  /** One constant of an enum, written in lower case with dashes. */
  public static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    Function<E, String> name = e -> e.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String names = String.join(", ", constants.stream().map(name).toList());
    return STRING.map(
        "one of " + names,
        text ->
            constants.stream()
                .filter(constant -> name.apply(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is unknown: " + quote(text))),
        name);
  }

  private static String rangeText(long min, long max) {
    return "an integer from " + min + (max >= Integer.MAX_VALUE ? " up" : " to " + max);
  }

  private static <V> V cast(Class<V> type, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("is missing");
    }
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw wrongKind(value);
  }

  static IllegalArgumentException wrongKind(Object value) {
    return new IllegalArgumentException(
        switch (value) {
          case String text -> "is the string " + quote(Secret.withoutUserInfo(text));
          case ValueType.PlainText text -> wrongKind(text.value()).getMessage();
          case TomlArray _ -> "is a list";
          case TomlTable _ -> "is a table";
          default -> "is " + value;
        });
  }

  static String quote(String text) {
    return "\"" + Toml.tomlEscape(text) + "\"";
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = DURATION_PART.matcher(text);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      Duration unit = DURATION_UNITS.get(matcher.group(2));
      if (unit == null) {
        throw new IllegalArgumentException("is " + quote(text));
      }
      sum = sum.plus(unit.multipliedBy(Long.parseLong(matcher.group(1))));
      end = matcher.end();
    }
    if (end == 0 || !text.substring(end).isBlank()) {
      throw new IllegalArgumentException("is " + quote(text));
    }
    return sum;
  }

  @SafeVarargs
  private static Map<String, Duration> units(Map.Entry<Duration, String>... spellings) {
    Map<String, Duration> units = new HashMap<>();
    for (Map.Entry<Duration, String> unit : spellings) {
      for (String name : unit.getValue().split(" ", -1)) {
        units.put(name, unit.getKey());
      }
    }
    return Map.copyOf(units);
  }

  private static Map<String, String> parseStringTable(Object value) {
    Map<String, String> texts = new TreeMap<>();
    cast(TomlTable.class, value)
        .entrySet()
        .forEach(entry -> texts.put(entry.getKey(), cast(String.class, entry.getValue())));
    return Collections.unmodifiableMap(texts);
  }

  private static String printStringTable(Map<String, String> texts) {
    return texts.entrySet().stream()
        .map(entry -> quote(entry.getKey()) + " = " + quote(entry.getValue()))
        .collect(Collectors.joining(", ", "{ ", " }"));
  }

  private static Duration parseDurationTable(Object value) {
    if (value instanceof String text) {
      return parseDuration(text);
    }
    TomlTable table = cast(TomlTable.class, value);
    if (!List.of("secs", "nanos").containsAll(table.keySet()) || !table.contains("secs")) {
      throw new IllegalArgumentException("has keys " + table.keySet());
    }
    long nanos = table.contains("nanos") ? cast(Long.class, table.get("nanos")) : 0;
    long secs = cast(Long.class, table.get("secs"));
    if (secs < 0 || nanos < 0) {
      throw new IllegalArgumentException("is negative");
    }
    return Duration.ofSeconds(secs, nanos);
  }

  private static String print(Duration duration) {
    for (String name : List.of("d", "h", "m", "s", "ms")) {
      long unitNanos = DURATION_UNITS.getOrDefault(name, Duration.ofNanos(1)).toNanos();
      if (duration.toNanos() % unitNanos == 0 && !duration.isZero()) {
        return duration.toNanos() / unitNanos + name;
      }
    }
    return duration.isZero() ? "0s" : duration.toNanos() + "ns";
  }

  private static Long parseSize(Object value) {
    if (value instanceof Long bytes) {
      return bytes;
    }
    String text = cast(String.class, value);
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is " + quote(text));
    }
    int power = " KMGT".indexOf(matcher.group(2).toUpperCase(Locale.ROOT));
    long base = matcher.group(3).isEmpty() ? 1_000 : 1_024;
    BigInteger unit = BigInteger.valueOf(base).pow(matcher.group(2).isEmpty() ? 0 : power);
    try {
      return new BigDecimal(matcher.group(1))
          .multiply(new BigDecimal(unit))
          .toBigInteger()
          .longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("is too large: " + text, e);
    }
  }

  private static InetSocketAddress parseAddress(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    byte[] bytes =
        NetUtil.createByteArrayFromIpAddressString(
            bracketed ? host.substring(1, host.length() - 1) : host);
    if (bytes == null || (bytes.length > 4) != bracketed) {
      throw new IllegalArgumentException("is " + quote(text));
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port(text, colon));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("has a bad length: " + Arrays.toString(bytes), e);
    }
  }

  private static int port(String text, int colon) {
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException _) {
      // the one message below covers both
    }
    throw new IllegalArgumentException("has no port from 0 to 65535: " + quote(text));
  }

  private static Path parsePath(String text) {
    if (text.isEmpty() || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("is empty or holds a NUL");
    }
    return Path.of(text);
  }

  private static URI parseUrl(String text) {
    try {
      URI uri = new URI(text);
      if (uri.isAbsolute()) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // the one message below covers both
    }
    throw new IllegalArgumentException("is " + quote(text));
  }
}
