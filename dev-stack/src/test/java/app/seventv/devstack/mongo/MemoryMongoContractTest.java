package app.seventv.devstack.mongo;

/** The contract against the embedded server in memory. */
class MemoryMongoContractTest extends MongoContractSuite {

  @SuppressWarnings("NullAway.Init") // set before any test
  private DevMongoServer server;

  @Override
  String start() {
    server = DevMongoServer.inMemory(0);
    return server.uri("7tv");
  }

  @Override
  void stop() {
    server.close();
  }
}
