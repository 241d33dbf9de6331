package app.seventv.benchmarks;

import app.seventv.model.Id;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Text forms of ids: on the path of every request and every event. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IdJmh {
  private String ulid = "01F6MZGCNG000255K4X1K7NTHR";
  private String objectId = "60ae958e229664e8667aea38";
  private Id id = Id.parse(ulid);

  /** ULID text to value. */
  @Benchmark
  public Id parseUlid() {
    return Id.parse(ulid);
  }

  /** Legacy ObjectId text to value. */
  @Benchmark
  public Id parseObjectId() {
    return Id.parse(objectId);
  }

  /** Value to canonical text. */
  @Benchmark
  public String format() {
    return id.toString();
  }
}
