package app.seventv.devstack.supervisor;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A child process for tests: answers on a port until told to stop. */
final class FakeServiceMain {
  private FakeServiceMain() {}

  /** Arguments: port, then any of {@code deaf} (ignores SIGTERM) and {@code dying} (exits 7). */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> options = List.of(arguments);
    System.out.println("fake service says hello");
    if (options.contains("dying")) {
      System.exit(7);
    }
    if (options.contains("deaf")) {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(FakeServiceMain::hang));
    } else {
      Runtime.getRuntime()
          .addShutdownHook(Thread.ofPlatform().unstarted(() -> System.out.println("goodbye")));
    }
    int port = Integer.parseInt(arguments[0]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/readyz",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
