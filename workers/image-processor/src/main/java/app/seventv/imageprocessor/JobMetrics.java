package app.seventv.imageprocessor;

import app.seventv.core.metrics.Metrics;
import app.seventv.model.imageprocessor.ErrorCode;
import app.seventv.model.imageprocessor.OutputFormat;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.Locale;

/** What the service tells about its jobs. */
final class JobMetrics {
  /** Parts of a job that are timed apart. */
  enum Stage {
    /** Fetching the input from its drive. */
    DOWNLOAD,
    /** Decoding and resizing. */
    DECODE,
    /** Encoding every output. */
    ENCODE,
    /** Storing the outputs. */
    UPLOAD
  }

  private static final double[] BYTES = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

  private final Counter jobs;
  private final Counter lost;
  private final Counter submissions;
  private final Gauge running;
  private final Gauge waiting;
  private final Histogram stages;
  private final Histogram outputBytes;

  JobMetrics(Metrics metrics) {
    jobs =
        metrics.counter(
            "image_processor_jobs_total", "Finished jobs by result: success or error.", "result");
    lost = metrics.counter("image_processor_jobs_lost_total", "Jobs whose lease was lost.");
    submissions =
        metrics.counter(
            "image_processor_submissions_total", "Tasks submitted, by result.", "result");
    waiting = metrics.gauge("image_processor_jobs_waiting", "Jobs that wait for a worker.");
    running = metrics.gauge("image_processor_jobs_running", "Jobs in work.");
    stages =
        metrics.durations(
            "image_processor_stage_duration_seconds", "Time of each part of a job.", "stage");
    outputBytes =
        metrics.histogram(
            "image_processor_output_bytes", "Size of the files produced.", BYTES, "format");
  }

  void waiting(double jobs) {
    waiting.set(jobs);
  }

  void started() {
    running.inc();
  }

  void ended() {
    running.dec();
  }

  void succeeded() {
    jobs.labelValues("success").inc();
  }

  void failed(ErrorCode code) {
    jobs.labelValues(label(code)).inc();
  }

  void leaseLost() {
    lost.inc();
  }

  void submitted() {
    submissions.labelValues("success").inc();
  }

  void refused(ErrorCode code) {
    submissions.labelValues(label(code)).inc();
  }

  private static String label(ErrorCode code) {
    return code.name().substring("ErrorCode".length()).toLowerCase(Locale.ROOT);
  }

  void stage(Stage stage, long nanos) {
    stages.labelValues(stage.name().toLowerCase(Locale.ROOT)).observe(nanos / 1e9);
  }

  void output(OutputFormat format, long bytes) {
    outputBytes.labelValues(Encoders.name(format)).observe((double) bytes);
  }
}
