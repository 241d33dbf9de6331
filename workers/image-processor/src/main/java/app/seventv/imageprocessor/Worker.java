package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims jobs, keeps their leases while they run, and publishes how they ended (§4, §5). */
final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** Claims of one job, over all workers, before it is given up: it may be killing them. */
  static final int MAX_ATTEMPTS = 3;

  private static final int PUBLISH_ATTEMPTS = 5;
  private static final Duration PUBLISH_PAUSE = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /**
   * Settings of the pool.
   *
   * @param concurrency jobs at once
   * @param pollingInterval pause after an empty look
   * @param refreshInterval between prolongations of a lease
   * @param errorThreshold consecutive failed looks that end the service
   * @param errorDelay pause after a failed look
   * @param maxProcessingTime of one job, whatever its task allows
   */
  record Settings(
      int concurrency,
      Duration pollingInterval,
      Duration refreshInterval,
      int errorThreshold,
      Duration errorDelay,
      Duration maxProcessingTime) {}

  private final Settings settings;
  private final JobQueue queue;
  private final JobRunner runner;
  private final Events events;
  private final JobMetrics metrics;
  private final Consumer<Throwable> failure;
  private final Semaphore slots;
  private final Semaphore wakeUps = new Semaphore(0);
  private final Set<JobControl> running = ConcurrentHashMap.newKeySet();
  private final ExecutorService jobThreads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("job-", 0).factory());
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(2, Thread.ofPlatform().name("lease-", 0).daemon().factory());
  private volatile boolean stopping;
  private @Nullable Thread poller;

  /** {@code failure} hears of the error that ended the polling. */
  Worker(
      Settings settings,
      JobQueue queue,
      JobRunner runner,
      Events events,
      JobMetrics metrics,
      Consumer<Throwable> failure) {
    this.settings = settings;
    this.queue = queue;
    this.runner = runner;
    this.events = events;
    this.metrics = metrics;
    this.failure = failure;
    this.slots = new Semaphore(settings.concurrency);
  }

  void start() {
    poller = Thread.ofPlatform().name("job-poller").start(this::poll);
  }

  /** A job was just queued by this process: look at once. */
  void wake() {
    if (wakeUps.availablePermits() == 0) {
      wakeUps.release();
    }
  }

  private void poll() {
    int errors = 0;
    try {
      while (!stopping) {
        slots.acquire();
        boolean handed = false;
        try {
          JobQueue.Job job = stopping ? null : queue.claim();
          errors = 0;
          if (job != null && !jobThreads.isShutdown()) {
            jobThreads.execute(() -> runInSlot(job));
            handed = true;
          }
        } catch (RuntimeException e) {
          LOG.warn("cannot fetch a job", e);
          if (++errors >= settings.errorThreshold) {
            failure.accept(e);
            return;
          }
          Thread.sleep(settings.errorDelay);
        } finally {
          if (!handed) {
            slots.release();
          }
        }
        if (!handed && !stopping) {
          wakeUps.tryAcquire(settings.pollingInterval.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runInSlot(JobQueue.Job job) {
    JobControl control = new JobControl();
    running.add(control);
    metrics.started();
    Duration period = settings.refreshInterval;
    Future<?> lease =
        timer.scheduleAtFixedRate(
            () -> refresh(job, control),
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      run(job, control);
    } catch (LeaseLost e) {
      metrics.leaseLost();
      LOG.info("job {} is no longer ours", job.id());
    } catch (RuntimeException e) {
      // The lease runs out and somebody takes the job up again.
      LOG.error("job {} could not be finished", job.id(), e);
    } finally {
      lease.cancel(false);
      running.remove(control);
      metrics.ended();
      slots.release();
    }
  }

  private void refresh(JobQueue.Job job, JobControl control) {
    try {
      if (queue.refresh(job.id())) {
        return;
      }
    } catch (RuntimeException e) {
      if (stopping) {
        return;
      }
      LOG.warn("cannot prolong the lease of job {}", job.id(), e);
    }
    control.abort(new LeaseLost());
  }

  private void run(JobQueue.Job job, JobControl control) {
    Task task = job.task();
    if (task == null) {
      LOG.error("job {} holds no task and is dropped", job.id());
      queue.finish(job.id());
      return;
    }
    EventCallback outcome = job.outcome();
    if (outcome == null) {
      outcome = process(job, task, control);
      if (!queue.saveOutcome(job.id(), outcome)) {
        throw new LeaseLost();
      }
    }
    if (publish(task, outcome, control)) {
      queue.finish(job.id());
    }
  }

  private EventCallback process(JobQueue.Job job, Task task, JobControl control) {
    EventCallback.Builder event = events.event(job.id(), task);
    try {
      if (job.attempts() > MAX_ATTEMPTS) {
        throw JobFailure.internal("given up after " + MAX_ATTEMPTS + " attempts");
      }
      publishStart(job, task);
      EventCallback.Success success = runLimited(job, task, control);
      metrics.succeeded();
      return event.setSuccess(success).build();
    } catch (JobFailure e) {
      metrics.failed(e.code());
      LOG.info("job {} failed: {} {}", job.id(), e.code(), e.getMessage());
      return event.setFail(EventCallback.Fail.newBuilder().setError(e.toError())).build();
    } catch (LeaseLost e) {
      throw e;
    } catch (RuntimeException e) {
      JobFailure internal = JobFailure.internal("join error: " + e);
      metrics.failed(internal.code());
      LOG.error("job {} failed", job.id(), e);
      return event.setFail(EventCallback.Fail.newBuilder().setError(internal.toError())).build();
    }
  }

  private EventCallback.Success runLimited(JobQueue.Job job, Task task, JobControl control) {
    long limitMs = settings.maxProcessingTime.toMillis();
    if (task.getLimits().hasMaxProcessingTimeMs()) {
      limitMs =
          Math.min(limitMs, Integer.toUnsignedLong(task.getLimits().getMaxProcessingTimeMs()));
    }
    Future<?> timeout =
        timer.schedule(
            () -> control.abort(JobFailure.internal("timeout")), limitMs, TimeUnit.MILLISECONDS);
    try {
      return runner.run(job.id(), task, control);
    } catch (JobFailure e) {
      // A killed child reports its death; the reason it was killed for is the answer.
      control.check();
      throw e;
    } finally {
      timeout.cancel(false);
    }
  }

  /** Nothing waits for this event, so it is not repeated. */
  private void publishStart(JobQueue.Job job, Task task) {
    try {
      EventCallback.Start start = EventCallback.Start.getDefaultInstance();
      events.publish(task, events.event(job.id(), task).setStart(start).build());
    } catch (IOException e) {
      LOG.warn("start event of job {} is lost: {}", job.id(), e.getMessage());
    }
  }

  /** Returns whether the event was confirmed; if not, it stays in the job for the next claim. */
  private boolean publish(Task task, EventCallback outcome, JobControl control) {
    for (int attempt = 1; attempt <= PUBLISH_ATTEMPTS; attempt++) {
      try {
        events.publish(task, outcome);
        return true;
      } catch (IOException e) {
        LOG.warn("event of job {} not published: {}", outcome.getId(), e.getMessage());
        if (stopping) {
          return false;
        }
      }
      try {
        Thread.sleep(PUBLISH_PAUSE.multipliedBy(attempt));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      control.check();
    }
    return false;
  }

  /** Claims no more jobs and waits for the running ones; true if they ended in time. */
  boolean drain(Duration limit) throws InterruptedException {
    stopping = true;
    wake();
    return slots.tryAcquire(settings.concurrency, limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends everything; jobs still running are left to whoever claims them when their lease ends. */
  @Override
  public void close() {
    stopping = true;
    running.forEach(control -> control.abort(new LeaseLost()));
    wake();
    jobThreads.shutdown();
    try {
      if (poller != null) {
        // A look at the queue is not cut short: what it has claimed would lie idle.
        poller.join(CLOSE_LIMIT);
        poller.interrupt();
      }
      // Aborted jobs still kill their children and remove their folders.
      if (!jobThreads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("jobs do not end; their leases will run out");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    jobThreads.shutdownNow();
    timer.shutdownNow();
  }
}
