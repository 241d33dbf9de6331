package app.seventv.core.log;

import app.seventv.core.metrics.Metrics;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import org.slf4j.LoggerFactory;

/** The log output of a process, set up once from its settings. */
public final class Logs implements AutoCloseable {
  /** MDC name of the request id. */
  public static final String REQUEST_ID = "request_id";

  /** MDC name of the W3C trace id. */
  public static final String TRACE_ID = "trace_id";

  /** MDC name of the W3C span id. */
  public static final String SPAN_ID = "span_id";

  /** Lines that may wait for standard output; more are dropped and counted. */
  private static final int QUEUE_LINES = 8_192;

  private final LoggerContext context;
  private final LineWriter writer;

  private Logs(LoggerContext context, LineWriter writer) {
    this.context = context;
    this.writer = writer;
  }

  /** Sends all logs of the process to standard output. */
  public static Logs configure(LogOptions options) {
    return configure(
        (LoggerContext) LoggerFactory.getILoggerFactory(),
        options,
        new FileOutputStream(FileDescriptor.out),
        System.getenv("JOURNAL_STREAM") != null,
        QUEUE_LINES);
  }

  static Logs configure(
      LoggerContext context,
      LogOptions options,
      OutputStream out,
      boolean journal,
      int queueLines) {
    LineWriter writer = new LineWriter(new LineFormat(options, journal), out, queueLines);
    writer.setContext(context);
    writer.setName("lines");
    context.reset();
    writer.start();
    options
        .levels()
        .forEach((name, level) ->
            context.getLogger(name.isEmpty() ? Logger.ROOT_LOGGER_NAME : name).setLevel(level));
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(writer);
    return new Logs(context, writer);
  }

  /** Lines dropped because the queue was full. */
  public long discarded() {
    return writer.discarded();
  }

  /** Adds {@code log_lines_discarded_total}. */
  public void register(Metrics metrics) {
    metrics.counter(
        "log_lines_discarded_total",
        "Log lines dropped because the output could not keep up.",
        writer::discarded);
  }

  /** Writes what is queued and ends; later lines are lost. */
  @Override
  public void close() {
    context.stop();
    writer.stop();
  }
}
