package app.seventv.core.sockets;

/** What is to be done once a socket is closed: counts go down, room is given back. */
public interface SocketEnd {
  /**
   * The socket is closed; called once, on its loop.
   *
   * @param ageNs since the connection was accepted
   */
  void ended(long ageNs);
}
