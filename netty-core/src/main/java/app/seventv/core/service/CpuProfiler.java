package app.seventv.core.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** Samples what Java threads execute, by the JDK's flight recorder, one profile at a time. */
final class CpuProfiler {
  private static final String SAMPLE = "jdk.ExecutionSample";

  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * Takes a profile.
   *
   * @param period time between two samples
   * @param ignore frames of classes whose names contain one of these texts are left out
   * @return the profile in pprof's format, or {@link IllegalStateException} if one is being taken
   */
  CompletionStage<byte[]> profile(Duration period, Duration duration, List<String> ignore) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    if (running.getAndSet(true)) {
      result.completeExceptionally(new IllegalStateException("a profile is being taken"));
      return result;
    }
    Thread.ofPlatform()
        .daemon()
        .name("profiler")
        .start(() -> {
          try {
            result.complete(record(period, duration, ignore));
          } catch (Exception | Error e) {
            result.completeExceptionally(e);
          } finally {
            running.set(false);
          }
        });
    return result;
  }

  private static byte[] record(Duration period, Duration duration, List<String> ignore)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile("cpu-profile", ".jfr");
    Instant start = Instant.now();
    try (Recording recording = new Recording()) {
      recording.enable(SAMPLE).withPeriod(period);
      recording.start();
      Thread.sleep(duration);
      recording.stop();
      recording.dump(file);
      return convert(file, period, ignore).encode(start, duration);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static PprofProfile convert(Path file, Duration period, List<String> ignore)
      throws IOException {
    PprofProfile profile = new PprofProfile(period);
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        RecordedStackTrace trace = event.getStackTrace();
        if (event.getEventType().getName().equals(SAMPLE) && trace != null) {
          List<PprofProfile.Frame> stack = frames(trace, ignore);
          if (!stack.isEmpty()) {
            profile.add(stack);
          }
        }
      }
    }
    return profile;
  }

  private static List<PprofProfile.Frame> frames(RecordedStackTrace trace, List<String> ignore) {
    List<PprofProfile.Frame> frames = new ArrayList<>();
    for (RecordedFrame frame : trace.getFrames()) {
      RecordedMethod method = frame.getMethod();
      String type = method.getType().getName();
      if (ignore.stream().noneMatch(type::contains)) {
        frames.add(
            new PprofProfile.Frame(
                type + '.' + method.getName(), type, Math.max(0, frame.getLineNumber())));
      }
    }
    return frames;
  }
}
