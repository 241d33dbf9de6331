package app.seventv.core.sockets;

import app.seventv.core.http.HttpListener;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Sockets without TLS. */
class SocketTableTest extends SocketTableCases {
  @Override
  HttpListener listener(InetSocketAddress address) {
    return HttpListener.plain(address);
  }

  @Override
  Socket client(Socket connected) {
    return connected;
  }
}
