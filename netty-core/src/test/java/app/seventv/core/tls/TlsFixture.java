package app.seventv.core.tls;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Loops of one transport, and servers of TLS on them for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
abstract class TlsFixture {
  static final String[] BOTH_VERSIONS = {"TLSv1.3", "TLSv1.2"};

  @Parameter TransportOptions.Choice transport;

  @TempDir Path directory = Path.of(".");

  EventLoops loops;
  TlsServers tls;

  @BeforeParameterizedClassInvocation
  void start() {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
  }

  @AfterParameterizedClassInvocation
  void stop() {
    loops.close();
  }

  @BeforeEach
  void servers() {
    tls = new TlsServers(loops, directory);
  }

  @AfterEach
  void closeServers() {
    tls.close();
  }
}
