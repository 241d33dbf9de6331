package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

/** How the server introduces itself: the primary of a replica set of server version 8.0. */
final class ServerFacts {

  static final String REPLICA_SET = "dev";

  /** Server 8.0; the driver allows {@code MongoClient.bulkWrite} from here on. */
  private static final int MAX_WIRE_VERSION = 25;

  private static final int MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
  private static final int MAX_MESSAGE_BYTES = 48_000_000;
  private static final int MAX_WRITES_PER_COMMAND = 100_000;
  private static final int SESSION_TIMEOUT_MINUTES = 30;
  private static final ObjectId ELECTION = new ObjectId("7fffffff0000000000000001");

  private ServerFacts() {}

  static Document hello(Channel channel) {
    String address =
        channel.localAddress() instanceof InetSocketAddress local
            ? local.getHostString() + ":" + local.getPort()
            : "127.0.0.1:27017";
    return new Document("helloOk", true)
        .append("ismaster", true)
        .append("isWritablePrimary", true)
        .append("secondary", false)
        .append("setName", REPLICA_SET)
        .append("setVersion", 1)
        .append("electionId", ELECTION)
        .append("hosts", List.of(address))
        .append("primary", address)
        .append("me", address)
        .append("maxBsonObjectSize", MAX_DOCUMENT_BYTES)
        .append("maxMessageSizeBytes", MAX_MESSAGE_BYTES)
        .append("maxWriteBatchSize", MAX_WRITES_PER_COMMAND)
        .append("logicalSessionTimeoutMinutes", SESSION_TIMEOUT_MINUTES)
        .append("minWireVersion", 0)
        .append("maxWireVersion", MAX_WIRE_VERSION)
        .append("readOnly", false)
        .append("localTime", Instant.now())
        .append("ok", 1.0);
  }

  static Document buildInfo() {
    return new Document("version", "8.0.0")
        .append("versionArray", List.of(8, 0, 0, 0))
        .append("modules", List.of("embedded-development-backend"))
        .append("maxBsonObjectSize", MAX_DOCUMENT_BYTES)
        .append("ok", 1.0);
  }
}
