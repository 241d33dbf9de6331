package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Wire;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process, as systemd sees it. */
@Covers(
    value = {Wire.H1_PLAIN},
    because = "signals and exit codes of a process")
class ServiceProcessTest {
  private static final int LIMIT_SECONDS = 60;

  @TempDir private Path directory = Path.of("");
  private final BlockingQueue<String> notes = new LinkedBlockingQueue<>();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Listens as systemd does; an abstract name starts with NUL for the kernel, with @ for us. */
  @BeforeEach
  void listen() throws Exception {
    listen(directory.resolve("notify").toString());
  }

  private Channel listen(String name) throws InterruptedException {
    return new Bootstrap()
        .group(group)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                ByteBuf content = packet.content();
                notes.add(content.toString(StandardCharsets.UTF_8));
              }
            })
        .bind(new DomainSocketAddress(name))
        .sync()
        .channel();
  }

  private Process start(String... args) throws IOException {
    return startNotifying(directory.resolve("notify").toString(), args);
  }

  private Process startNotifying(String notifySocket, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // Whoever runs the tests may ignore these (nohup does), and children inherit that.
                "env",
                "--default-signal=HUP,INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                TestService.class.getName(),
                "-o",
                "event_loops=2"));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("NOTIFY_SOCKET", notifySocket);
    builder.environment().put("WATCHDOG_USEC", "300000");
    builder.redirectOutput(directory.resolve("out").toFile());
    builder.redirectError(directory.resolve("err").toFile());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** The class path of this test. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private String out() throws IOException {
    return Files.readString(directory.resolve("out"));
  }

  private void awaitOut(String text) {
    Awaitility.await().atMost(LIMIT_SECONDS, TimeUnit.SECONDS).until(() -> out().contains(text));
  }

  private void awaitNote(String note) {
    List<String> seen = new ArrayList<>();
    Awaitility.await()
        .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
        .until(() -> {
          notes.drainTo(seen);
          return seen.contains(note);
        });
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  @Test
  void tellsReadyPingsReloadsAndEndsWithZeroOnSigterm() throws Exception {
    Process process = start();
    awaitNote("READY=1");
    awaitNote("WATCHDOG=1");
    signal(process, "HUP");
    awaitNote("READY=1");
    signal(process, "TERM");
    awaitNote("STOPPING=1");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out())
        .contains("\"message\":\"test-service 1.2.3 ready\"")
        .contains("\"service\":\"test-service\"")
        .contains("\"message\":\"stopped\"");
  }

  @Test
  void reachesAnAbstractSocket() throws Exception {
    String name = "seventv-test-" + ProcessHandle.current().pid();
    listen("\0" + name);
    Process process = startNotifying("@" + name);
    awaitNote("READY=1");
    signal(process, "INT");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_OK);
  }

  @Test
  void theSecondSignalStopsHard() throws Exception {
    Process process = start("-o", "test.mode=slow-drain");
    awaitNote("READY=1");
    signal(process, "TERM");
    awaitNote("STOPPING=1");
    assertThat(process.isAlive()).isTrue();
    signal(process, "TERM");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_HARD_STOP);
  }

  @Test
  void aSignalDuringASlowStartEndsIt() throws Exception {
    Process process = start("-o", "test.mode=slow-start");
    awaitOut("event loops");
    signal(process, "TERM");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_FAILED);
  }

  @Test
  void aFailedStartIsOneClearLine() throws Exception {
    Process process = start("-o", "test.mode=broken");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_FAILED);
    assertThat(out())
        .contains("\"message\":\"cannot start: cannot reach the database: connection refused\"")
        .doesNotContain("\tat ");
  }

  @Test
  void anErrorAtTheStartIsOneClearLine() throws Exception {
    Process process = start("-o", "test.mode=unlinked");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_FAILED);
    assertThat(out())
        .contains("\"message\":\"cannot start: java.lang.UnsatisfiedLinkError: no such library\"");
    assertThat(Files.readString(directory.resolve("err"))).doesNotContain("\tat ");
  }

  @Test
  void aHangUpDuringTheStartIsRemembered() throws Exception {
    Process process = start("-o", "test.mode=waits-for-input");
    awaitOut("event loops");
    signal(process, "HUP");
    try (OutputStream input = process.getOutputStream()) {
      input.write('\n');
    }
    awaitOut("\"reloaded\"");
    signal(process, "TERM");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out()).containsSubsequence("1.2.3 ready\"", "\"reloaded\"", "\"stopped\"");
  }

  @Test
  void aReloadThatFailsIsToldOnOneLine() throws Exception {
    Process process = start("-o", "test.mode=bad-reload");
    awaitNote("READY=1");
    signal(process, "HUP");
    awaitNote("READY=1");
    signal(process, "TERM");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out())
        .contains("\"message\":\"not reloaded, the old state stays: the new files are none\"")
        .doesNotContain("\"reloaded\"", "\tat ");
  }

  @Test
  void aPartThatGivesUpEndsTheProcess() throws Exception {
    Process process = start("-o", "test.mode=gives-up");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_FAILED);
    assertThat(out()).contains("the bus is gone for good");
  }

  @Test
  void badSettingsNeverStart() throws Exception {
    Process process = start("-o", "level=loud");
    assertThat(exitCode(process)).isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(Files.readString(directory.resolve("err")))
        .startsWith("test-service: --override level: level: has the unknown level \"loud\"")
        .hasLineCount(1);
  }
}
