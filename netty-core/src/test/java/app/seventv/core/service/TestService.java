package app.seventv.core.service;

import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.tls.TlsOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A small service with its own main method, run in this JVM and in child processes. */
final class TestService implements RunningService {
  static final Key<String> MODE =
      Key.string(
          "test.mode",
          "good",
          "good, broken, unlinked, slow-start, waits-for-input, slow-drain, gives-up or"
              + " bad-reload.");

  private static final ConfigSchema SCHEMA =
      ConfigSchema.builder().add(MODE).group("test.tls", TlsOptions.SCHEMA).build();

  static final ServiceDefinition DEFINITION =
      new ServiceDefinition("test-service", "1.2.3", SCHEMA, TestService::start);

  final ServiceContext context;
  private final String mode;
  volatile boolean drained;
  volatile boolean closed;

  private TestService(ServiceContext context, String mode) {
    this.context = context;
    this.mode = mode;
  }

  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }

  private static RunningService start(ServiceContext context) throws Exception {
    String mode = context.config().get(MODE);
    switch (mode) {
      case "broken" ->
          throw new IllegalStateException(
              "cannot reach the database", new IllegalArgumentException("connection refused"));
      case "unlinked" -> throw new UnsatisfiedLinkError("no such library");
      case "waits-for-input" -> System.in.read();
      case "slow-start" -> new CountDownLatch(1).await();
      case "gives-up" -> context.fail(new IllegalStateException("the bus is gone for good"));
      default -> {
        // starts at once
      }
    }
    return new TestService(context, mode);
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    if (mode.equals("slow-drain")) {
      new CountDownLatch(1).await();
    }
    drained = true;
  }

  @Override
  public void reload() {
    if (mode.equals("bad-reload")) {
      throw new IllegalStateException("the new files are none");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
