package app.seventv.core.log;

import app.seventv.core.log.LogOptions.Format;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Turns log events into lines of UTF-8. */
final class LineFormat {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private final LogOptions options;
  private final boolean journal;

  /**
   * A format.
   *
   * @param journal whether lines start with {@code <N>}, by which journald learns the level
   */
  LineFormat(LogOptions options, boolean journal) {
    this.options = options;
    this.journal = journal;
  }

  /** Appends one line with its end. */
  void write(ILoggingEvent event, ByteArrayOutputStream out) {
    if (journal) {
      out.writeBytes(("<" + priority(event.getLevel()) + ">").getBytes(StandardCharsets.US_ASCII));
    }
    if (options.format() == Format.JSON) {
      writeJson(event, out);
    } else {
      writeText(event, out);
    }
    out.write('\n');
  }

  private void writeJson(ILoggingEvent event, ByteArrayOutputStream out) {
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("time", INSTANT.format(event.getInstant()));
      json.writeStringProperty("level", event.getLevel().toString());
      json.writeStringProperty("service", options.service());
      json.writeStringProperty("instance", options.instance());
      json.writeStringProperty("logger", event.getLoggerName());
      json.writeStringProperty("thread", event.getThreadName());
      json.writeStringProperty("message", event.getFormattedMessage());
      for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
        json.writeStringProperty(entry.getKey(), entry.getValue());
      }
      writePairs(event, json);
      if (event.getThrowableProxy() != null) {
        json.writeStringProperty("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
      json.writeEndObject();
    }
  }

  /** Key-value pairs of the event; numbers stay numbers. The MDC's word on a name counts. */
  private static void writePairs(ILoggingEvent event, JsonGenerator json) {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs == null) {
      return;
    }
    for (KeyValuePair pair : pairs) {
      if (event.getMDCPropertyMap().containsKey(pair.key)) {
        continue;
      }
      switch (pair.value) {
        case Long number -> json.writeNumberProperty(pair.key, number);
        case Integer number -> json.writeNumberProperty(pair.key, number);
        case Double number -> json.writeNumberProperty(pair.key, number);
        case null, default -> json.writeStringProperty(pair.key, String.valueOf(pair.value));
      }
    }
  }

  private static void writeText(ILoggingEvent event, ByteArrayOutputStream out) {
    String logger = event.getLoggerName();
    StringBuilder line = new StringBuilder(128);
    line.append(CLOCK.format(event.getInstant())).append(' ');
    line.append("%-5s".formatted(event.getLevel())).append(' ');
    line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
    line.append(event.getFormattedMessage());
    String trace = event.getMDCPropertyMap().get(Logs.TRACE_ID);
    if (trace != null) {
      line.append(" [").append(trace).append(']');
    }
    if (event.getThrowableProxy() != null) {
      line.append('\n').append(ThrowableProxyUtil.asString(event.getThrowableProxy()).strip());
    }
    out.writeBytes(line.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Severity of syslog (RFC 5424 section 6.2.1). */
  private static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> 3;
      case Level.WARN_INT -> 4;
      case Level.INFO_INT -> 6;
      default -> 7;
    };
  }
}
