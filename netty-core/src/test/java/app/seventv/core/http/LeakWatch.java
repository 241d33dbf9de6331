package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.slf4j.LoggerFactory;

/** Watches every buffer while it is open; what was not released shows when it closes. */
final class LeakWatch implements AutoCloseable {
  private static final int PROBES = 100;

  private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
  private final Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

  LeakWatch() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    reports.start();
    logger.addAppender(reports);
  }

  @Override
  public void close() {
    System.gc();
    for (int i = 0; i < PROBES; i++) {
      ByteBufAllocator.DEFAULT.buffer(1).release(); // reports are made when buffers are
    }
    logger.detachAppender(reports);
    ResourceLeakDetector.setLevel(before);
    assertThat(reports.list).as("leaked buffers").isEmpty();
  }
}
