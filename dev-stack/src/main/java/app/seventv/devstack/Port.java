package app.seventv.devstack;

/** Every port of the platform on a developer's machine; a run may shift them all by one offset. */
public enum Port {
  API(8080, "api"),
  CDN_HTTP(8081, "cdn"),
  CDN_HTTPS(8443, "cdn", true),
  EVENTS_WS(8082, "event-api"),
  EVENTS_WSS(8444, "event-api"),
  WEBSITE(8083, "website"),
  WEBSITE_OLD(8084, "website-old"),
  IMAGE_PROCESSOR_GRPC(8051, "image-processor"),
  API_ADMIN(9110, "api"),
  EVENTS_ADMIN(9120, "event-api"),
  CDN_ADMIN(9130, "cdn"),
  CHANGE_STREAM_ADMIN(9140, "mongo-change-stream"),
  SEARCH_INDEX_ADMIN(9150, "mongo-typesense"),
  IMAGE_PROCESSOR_ADMIN(9160, "image-processor"),
  WEBSITE_ADMIN(9180, "website"),
  WEBSITE_OLD_ADMIN(9181, "website-old"),
  MONGODB(27017, "mongodb"),
  NATS(4222, "nats"),
  NATS_MONITOR(8222, "nats"),
  S3(9000, "s3"),
  TYPESENSE(8108, "typesense"),
  LOGIN(8090, "login provider");

  private final int number;
  private final String service;
  private final boolean udpToo;

  Port(int number, String service) {
    this(number, service, false);
  }

  Port(int number, String service, boolean udpToo) {
    this.number = number;
    this.service = service;
    this.udpToo = udpToo;
  }

  /** Number in a run with this offset. */
  public int at(int offset) {
    return number + offset;
  }

  /** Who listens there. */
  public String service() {
    return service;
  }

  /** Whether the UDP port of the same number is used as well (HTTP/3). */
  public boolean udpToo() {
    return udpToo;
  }
}
