package app.seventv.core.http;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and a server like a NAT that forgets its mapping when told to. */
final class UdpRelay implements AutoCloseable {
  private static final int MAX_DATAGRAM_BYTES = 65_535;

  private final DatagramSocket front;
  private final InetSocketAddress server;
  private final List<DatagramSocket> backs = new ArrayList<>();
  private volatile DatagramSocket back;
  private volatile InetSocketAddress client = new InetSocketAddress(0);
  private volatile byte[] lastFromClient = {};

  /** Bytes that the server has sent. */
  final AtomicLong fromServerBytes = new AtomicLong();

  UdpRelay(InetSocketAddress server) throws SocketException {
    this.server = server;
    this.front = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    this.back = newBack();
    Thread.ofVirtual().start(this::forward);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) front.getLocalSocketAddress();
  }

  /** From now on the server sees another source port. */
  void rebind() throws SocketException {
    back = newBack();
  }

  /** The client's last datagram, which somebody else has seen. */
  byte[] lastFromClient() {
    return lastFromClient.clone();
  }

  private synchronized DatagramSocket newBack() throws SocketException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    backs.add(socket);
    Thread.ofVirtual().start(() -> backward(socket));
    return socket;
  }

  private void forward() {
    byte[] buffer = new byte[MAX_DATAGRAM_BYTES];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        front.receive(packet);
        client = (InetSocketAddress) packet.getSocketAddress();
        packet.setSocketAddress(server);
        back.send(packet);
        lastFromClient = Arrays.copyOf(buffer, packet.getLength());
      }
    } catch (IOException closed) {
      // the end of the test
    }
  }

  private void backward(DatagramSocket socket) {
    byte[] buffer = new byte[MAX_DATAGRAM_BYTES];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        fromServerBytes.addAndGet(packet.getLength());
        if (socket.equals(back)) { // a NAT that has forgotten drops what comes to the old port
          packet.setSocketAddress(client);
          front.send(packet);
        }
      }
    } catch (IOException closed) {
      // the end of the test
    }
  }

  @Override
  public synchronized void close() {
    front.close();
    backs.forEach(DatagramSocket::close);
  }
}
