package app.seventv.devstack;

import java.net.URI;

/**
 * Where everything listens in one run. All on 127.0.0.1; what a browser visits is named {@code
 * localhost}, so that cookies are shared between the parts.
 *
 * @param portOffset added to every port number
 */
public record Addresses(int portOffset) {
  /** Port number in this run. */
  public int port(Port port) {
    return port.at(portOffset);
  }

  /** {@code 127.0.0.1:PORT}. */
  public String hostPort(Port port) {
    return "127.0.0.1:" + port(port);
  }

  /** {@code http://localhost:PORT}, without a slash at the end. */
  public String origin(Port port) {
    return "http://localhost:" + port(port);
  }

  /** {@code http://127.0.0.1:PORT} with a path. */
  public URI http(Port port, String path) {
    return URI.create("http://" + hostPort(port) + path);
  }

  /** {@code https://127.0.0.1:PORT} with a path. */
  public URI https(Port port, String path) {
    return URI.create("https://" + hostPort(port) + path);
  }

  /** Connection string of the platform's database. */
  public String mongoUri() {
    return mongoUri("7tv");
  }

  /** Connection string of a database. */
  public String mongoUri(String database) {
    return "mongodb://" + hostPort(Port.MONGODB) + "/" + database;
  }

  /** Address for NATS clients. */
  public String natsUri() {
    return "nats://" + hostPort(Port.NATS);
  }
}
