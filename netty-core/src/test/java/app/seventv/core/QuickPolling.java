package app.seventv.core;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets every {@code await()} look often, as most of what tests wait for takes milliseconds, and
 * give up late, as the machine may be busy. Found by JUnit through {@code META-INF/services}.
 */
public final class QuickPolling implements BeforeAllCallback {
  private static final Duration INTERVAL = Duration.ofMillis(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(INTERVAL);
    Awaitility.setDefaultTimeout(TIMEOUT);
  }
}
