package app.seventv.cdn;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A request by someone who does not read the answer, on a connection of its own. */
interface UnreadAnswer extends AutoCloseable {
  int TIMEOUT_SECONDS = 30;

  /** Reads what there is; whether the server has ended the answer before it was whole. */
  boolean isCutOff() throws Exception;

  @Override
  void close() throws IOException;

  /** Asks for an object that is larger than what the kernel keeps of an answer. */
  static UnreadAnswer ask(CdnFixture cdn, Version version, String path) throws Exception {
    return switch (version) {
      case HTTP_1_1 -> overHttp1(cdn, path);
      case HTTP_2 -> overHttp2(cdn, path);
      case HTTP_3 -> overHttp3(cdn, path);
    };
  }

  private static UnreadAnswer overHttp1(CdnFixture cdn, String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 << 10);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), cdn.plainPort()));
    String request = "GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return new UnreadAnswer() {
      @Override
      public boolean isCutOff() throws IOException {
        try {
          InputStream in = socket.getInputStream();
          StringBuilder head = new StringBuilder();
          while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
              return true;
            }
            head.append((char) next);
          }
          int length =
              Integer.parseInt(
                  head.toString().replaceAll("(?is).*\ncontent-length: (\\d+)\r.*", "$1"));
          return in.readNBytes(length).length < length;
        } catch (IOException reset) {
          return true;
        }
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }

  private static UnreadAnswer overHttp2(CdnFixture cdn, String path) throws IOException {
    PlainHttp2 connection = new PlainHttp2(cdn.plainPort());
    connection.get("x", path);
    return new UnreadAnswer() {
      @Override
      public boolean isCutOff() throws Exception {
        try {
          connection.read();
          return false;
        } catch (IOException reset) {
          return true;
        }
      }

      @Override
      public void close() throws IOException {
        connection.close();
      }
    };
  }

  private static UnreadAnswer overHttp3(CdnFixture cdn, String path) throws Exception {
    QuicHello connection = QuicHello.send(cdn.runtime().loops(), cdn.securePort(), "h3");
    var reset = connection.ask(path);
    return new UnreadAnswer() {
      @Override
      public boolean isCutOff() throws Exception {
        return reset.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }
}
