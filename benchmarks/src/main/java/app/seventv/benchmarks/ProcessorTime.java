package app.seventv.benchmarks;

import app.seventv.core.clibrary.CLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time as the kernel's scheduler counts it, to the nanosecond. What {@code ps} shows has
 * steps of 10 ms, which is some percent of a round.
 */
final class ProcessorTime {
  private static final double NS_PER_SECOND = 1e9;

  private static final MethodHandle CLOCK_GETCPUCLOCKID =
      CLibrary.link(
          "clock_getcpuclockid",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  private static final MethodHandle CLOCK_GETTIME =
      CLibrary.link(
          "clock_gettime",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private ProcessorTime() {}

  /**
   * User and system time of a process with all its threads, ended ones too; in seconds.
   *
   * @throws IOException if there is no such process
   */
  static double ofProcess(long pid) throws IOException {
    int failed;
    long ns;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment clock = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
      failed = (int) CLOCK_GETCPUCLOCKID.invokeExact((int) pid, clock);
      if (failed == 0) {
        failed = (int) CLOCK_GETTIME.invokeExact(clock.get(ValueLayout.JAVA_INT, 0), time);
      }
      ns =
          time.getAtIndex(ValueLayout.JAVA_LONG, 0) * (long) NS_PER_SECOND
              + time.getAtIndex(ValueLayout.JAVA_LONG, 1);
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("clock_gettime", impossible);
    }
    if (failed != 0) {
      throw new IOException("no process " + pid);
    }
    return ns / NS_PER_SECOND;
  }

  /**
   * The same of one thread (proc(5), schedstat).
   *
   * @param thread its folder in {@code /proc/PID/task}
   */
  static double ofThread(Path thread) throws IOException {
    String counts = Files.readString(thread.resolve("schedstat"));
    return Long.parseLong(counts.substring(0, counts.indexOf(' '))) / NS_PER_SECOND;
  }
}
