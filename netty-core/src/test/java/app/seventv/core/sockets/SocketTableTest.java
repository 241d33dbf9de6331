package app.seventv.core.sockets;

import app.seventv.core.http.Covers;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.Wire;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Sockets without TLS. */
@Covers(value = Wire.H1_PLAIN, because = "a table is of plain sockets or of those with TLS")
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
