package app.seventv.core.service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A CPU profile in pprof's format: the message {@code perftools.profiles.Profile}, gzipped, as
 * {@code go tool pprof} and most profile viewers read it.
 */
final class PprofProfile {
  // Field numbers of Profile.
  private static final int SAMPLE_TYPE = 1;
  private static final int SAMPLE = 2;
  private static final int LOCATION = 4;
  private static final int FUNCTION = 5;
  private static final int STRING = 6;
  private static final int TIME_NANOS = 9;
  private static final int DURATION_NANOS = 10;
  private static final int PERIOD_TYPE = 11;
  private static final int PERIOD = 12;

  private static final int LENGTH_DELIMITED = 2;

  private final Duration period;
  private final Map<List<Frame>, Long> stacks = new LinkedHashMap<>();

  /** An empty profile of samples that each stand for {@code period} of CPU time. */
  PprofProfile(Duration period) {
    this.period = period;
  }

  /** Adds a sample; the first frame is the innermost. */
  void add(List<Frame> stack) {
    stacks.merge(stack, 1L, Long::sum);
  }

  /** The gzipped message. */
  byte[] encode(Instant start, Duration duration) {
    Tables tables = new Tables();
    Message profile = new Message();
    profile.message(SAMPLE_TYPE, valueType(tables, "samples", "count"));
    profile.message(SAMPLE_TYPE, valueType(tables, "cpu", "nanoseconds"));
    stacks.forEach((stack, count) -> {
      Message locations = new Message();
      stack.forEach(frame -> locations.varint(tables.location(frame)));
      Message values = new Message();
      values.varint(count);
      values.varint(count * period.toNanos());
      Message sample = new Message();
      sample.message(1, locations);
      sample.message(2, values);
      profile.message(SAMPLE, sample);
    });
    tables.writeTo(profile);
    profile.number(TIME_NANOS, start.getEpochSecond() * 1_000_000_000L + start.getNano());
    profile.number(DURATION_NANOS, duration.toNanos());
    profile.number(PERIOD, period.toNanos());
    return profile.gzipped();
  }

  private static Message valueType(Tables tables, String type, String unit) {
    Message message = new Message();
    message.number(1, tables.string(type));
    message.number(2, tables.string(unit));
    return message;
  }

  /**
   * A place in code.
   *
   * @param method class and method
   * @param file name of the class's file in the sense of pprof: here its class
   * @param line line number, or 0
   */
  record Frame(String method, String file, int line) {}

  /** Strings, functions and locations, each once. */
  private static final class Tables {
    private final Map<String, Long> strings = new LinkedHashMap<>();
    private final Map<String, Long> functions = new HashMap<>();
    private final Map<Frame, Long> locations = new HashMap<>();
    private final Message records = new Message();
    private final Message periodType;

    Tables() {
      string(""); // index 0 must be the empty one
      periodType = valueType(this, "cpu", "nanoseconds");
    }

    long string(String text) {
      return strings.computeIfAbsent(text, t -> (long) strings.size());
    }

    private long function(Frame frame) {
      return functions.computeIfAbsent(
          frame.method,
          name -> {
            long id = functions.size() + 1L;
            Message function = new Message();
            function.number(1, id);
            function.number(2, string(name));
            function.number(3, string(name));
            function.number(4, string(frame.file));
            records.message(FUNCTION, function);
            return id;
          });
    }

    long location(Frame frame) {
      return locations.computeIfAbsent(
          frame,
          place -> {
            long id = locations.size() + 1L;
            Message line = new Message();
            line.number(1, function(place));
            line.number(2, place.line);
            Message location = new Message();
            location.number(1, id);
            location.message(4, line);
            records.message(LOCATION, location);
            return id;
          });
    }

    void writeTo(Message profile) {
      profile.bytes.writeBytes(records.bytes.toByteArray());
      strings.keySet().forEach(text -> profile.text(STRING, text));
      profile.message(PERIOD_TYPE, periodType);
    }
  }

  /** The few parts of the protocol-buffer wire format that are needed. */
  private static final class Message {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        bytes.write((int) (rest & 0x7F) | 0x80);
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }

    void number(int field, long value) {
      varint((long) field << 3);
      varint(value);
    }

    void message(int field, Message message) {
      delimited(field, message.bytes.toByteArray());
    }

    void text(int field, String text) {
      delimited(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private void delimited(int field, byte[] content) {
      varint(((long) field << 3) | LENGTH_DELIMITED);
      varint(content.length);
      bytes.writeBytes(content);
    }

    byte[] gzipped() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
        bytes.writeTo(gzip);
      } catch (IOException e) {
        throw new IllegalStateException("writing to memory failed", e);
      }
      return out.toByteArray();
    }
  }
}
