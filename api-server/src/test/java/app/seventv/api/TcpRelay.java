package app.seventv.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A network between a client and a server on this machine, which can fail. */
final class TcpRelay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition thawed = lock.newCondition();
  private volatile int target;
  private volatile boolean cut;
  private boolean frozen;

  TcpRelay() throws IOException {
    threads.execute(this::accept);
  }

  /** Names the server by its port, before the first client comes. */
  void to(int port) {
    target = port;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Ends all connections, and each new one at once. */
  void cut() {
    cut = true;
    sockets.forEach(TcpRelay::close);
  }

  /** Lets new connections through. */
  void mend() {
    cut = false;
  }

  /** What the server says stays here; nobody is told. */
  void freeze() {
    set(true);
  }

  /** What waits here goes on. */
  void thaw() {
    set(false);
  }

  private void set(boolean value) {
    lock.lock();
    try {
      frozen = value;
      thawed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitThaw() throws InterruptedException {
    lock.lock();
    try {
      while (frozen) {
        thawed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket();
        sockets.add(client);
        sockets.add(server);
        if (cut) {
          close(client);
          continue;
        }
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
        threads.execute(() -> copy(client, server, false));
        threads.execute(() -> copy(server, client, true));
      } catch (IOException e) {
        // The listener was closed, or the server is gone: whoever connects next will see.
      }
    }
  }

  private void copy(Socket from, Socket to, boolean fromServer) {
    byte[] buffer = new byte[16 << 10];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (fromServer) {
          awaitThaw();
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side is gone, so the other goes, too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Gone is gone.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
    threads.shutdownNow();
  }
}
